import { formatPlural, formatShape, formatShortCount } from '#shared/core/format.ts';
import { GraftError } from '#shared/messages/error.ts';
import { templatesFor } from '#shared/protocol/look.ts';
import { listed } from '../file-sorts.ts';
import { ofSort, type Recogniser } from '../recogniser.ts';

/** A file, or a folder of a model and what is said about it. It is opened, to say whether it can be a backbone. */
export const onnxModel: Recogniser = async (brought, { describeBackbone }) => {
  const models = ofSort(brought, 'model');
  const [model] = models;
  const isAmongOthers = ofSort(brought, 'picture', 'sound', 'table', 'sheet', 'xml', 'project').length > 0;
  if (!model || isAmongOthers || brought.paths.length > models.length) return undefined;
  if (models.length > 1) {
    const names = listed(models.slice(0, 5).map(({ name }) => name));
    return {
      words: `${formatPlural(models.length, 'ONNX model')}, of which one is taken at a time: ${names}`,
      samples: 0,
    };
  }
  const path = model.path;
  try {
    const { input, parameters } = await describeBackbone(path);
    const size = `${formatShape(input)} pictures, ${formatShortCount(parameters)} parameters`;
    const words = `An ONNX model for ${size}: can be a backbone`;
    return { words, samples: 0, path, can: templatesFor('sort-pictures') };
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    return {
      words: `An ONNX model that cannot be a backbone here: ${error.message.replace(/\.$/u, '')}`,
      samples: 0,
      path,
    };
  }
};
