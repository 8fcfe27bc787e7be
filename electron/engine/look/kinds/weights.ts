import { statSync } from 'node:fs';
import { formatBytes, formatCount, formatPlural } from '#shared/core/format.ts';
import { nativePath } from '#electron/files/byte-path.ts';
import type { BroughtFile } from '../brought.ts';
import { isRecord, readStart } from '../content.ts';
import { ofSort, type Recogniser } from '../recogniser.ts';

/** Files that are kept under an ending of anything's. */
const named = /^(?:pytorch_model|model|adapter_model|diffusion_pytorch_model).*\.bin$/iu;
/** Bytes of a header that are read: it names every tensor. */
const longestHeader = 16 << 20;

/** A file of parameters that belong to a model which it does not hold. */
export const weights: Recogniser = async (brought) => {
  const found = [...ofSort(brought, 'weights'), ...brought.files.filter(({ name }) => named.test(name))];
  const [file] = found;
  const isAmongOthers = ofSort(brought, 'picture', 'sound', 'table', 'sheet', 'xml', 'project', 'model').length > 0;
  if (!file || isAmongOthers || brought.paths.length > found.length) return undefined;
  const bytes = found.reduce((sum, one) => sum + sizeOf(one), 0);
  const tensors = file.ending === '.safetensors' && found.length === 1 ? tensorCount(file) : undefined;
  const inside = tensors === undefined ? '' : `, ${formatCount(tensors)} tensors`;
  const words = `${formatPlural(found.length, 'weight file')} without a model (${file.ending}, ${formatBytes(bytes)}${inside})`;
  return {
    words: `${words}: making a model of weights is not here yet`,
    samples: 0,
    path: found.length === 1 ? file.path : '',
  };
};

function sizeOf({ path }: BroughtFile): number {
  return statSync(nativePath(path), { throwIfNoEntry: false })?.size ?? 0;
}

/** Behind eight bytes of its length a SafeTensors file begins with JSON, a member for each tensor. */
function tensorCount({ path }: BroughtFile): number | undefined {
  const text = readStart(path, longestHeader);
  const members = text.slice(text.indexOf('{'));
  const end = members.indexOf('}}');
  try {
    const header: unknown = JSON.parse(members.slice(0, end + 2));
    return isRecord(header) ? Object.keys(header).filter((name) => name !== '__metadata__').length : undefined;
  } catch {
    return undefined;
  }
}
