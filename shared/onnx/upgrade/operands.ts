/** Attributes that became inputs. */
import { floatAttribute, intAttribute } from '#shared/ir/graph.ts';
import type { Changes, Rewrite, Rewriting } from '#shared/onnx/upgrade/rewriting.ts';

/** A list of integers that became the input behind the others. */
function listToInput(name: string): Rewrite {
  return (r) => {
    const values = r.ints(name);
    if (!values) return r.stay();
    const inputs = values.length > 0 ? [r.x, r.builder.ints(values)] : [r.x];
    r.become({ inputs, attributes: r.attributesWithout(name) });
  };
}

/** The limits of a Clip that says nothing are the ends of float32. */
const widest = 3.4028234e38;

function clip(r: Rewriting): void {
  const dtype = r.facts.dtype(r.x);
  const limit = (name: string, otherwise: number): string => {
    const value = floatAttribute(r.node, name, otherwise);
    return Math.abs(value) < widest ? r.float(value, dtype) : '';
  };
  const inputs = [r.x, limit('min', -widest), limit('max', widest)];
  while (inputs.at(-1) === '') inputs.pop();
  r.become({ inputs, attributes: {} });
}

function pad(r: Rewriting): void {
  const value = floatAttribute(r.node, 'value', 0);
  const inputs = [r.x, r.builder.ints(r.ints('pads') ?? [])];
  if (value !== 0) inputs.push(r.float(value, r.facts.dtype(r.x)));
  r.become({ inputs, attributes: r.attributesWithout('pads', 'value') });
}

function slice(r: Rewriting): void {
  const lists = ['starts', 'ends', 'axes'].map((name) => r.ints(name)).filter((list) => list !== undefined);
  r.become({ inputs: [r.x, ...lists.map((list) => r.builder.ints(list))], attributes: {} });
}

function topK(r: Rewriting): void {
  const count = r.builder.ints([intAttribute(r.node, 'k', 1)]);
  r.become({ inputs: [r.x, count], attributes: r.attributesWithout('k') });
}

/** Only inference: the ratio meant nothing then. The mask was of the data's type, and said that nothing was kept. */
function dropout(maskSince10: boolean): Rewrite {
  return (r) => {
    const [output = '', mask = ''] = r.node.outputs;
    if (r.isUsed(1)) {
      const zeros = r.builder.op('Mul', [r.x, r.float(0, r.facts.dtype(r.x))]);
      const cast = r.builder.cast(zeros, maskSince10 ? 'bool' : r.facts.dtype(r.x));
      r.become({ op: 'Identity', inputs: [cast], outputs: [mask], attributes: {} });
    }
    r.become({ outputs: [output], attributes: {} });
  };
}

export const operands: Changes = {
  Squeeze: [{ before: 13, rewrite: listToInput('axes') }],
  Unsqueeze: [{ before: 13, rewrite: listToInput('axes') }],
  ReduceSum: [{ before: 13, rewrite: listToInput('axes') }],
  Split: [{ before: 13, rewrite: listToInput('split') }],
  Clip: [{ before: 11, rewrite: clip }],
  Pad: [{ before: 11, rewrite: pad }],
  Slice: [{ before: 10, rewrite: slice }],
  TopK: [{ before: 10, rewrite: topK }],
  Dropout: [
    { before: 10, rewrite: dropout(false) },
    { before: 12, rewrite: dropout(true) },
  ],
};
