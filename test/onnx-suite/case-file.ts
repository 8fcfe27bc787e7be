/** One of ONNX's operator tests: a model and the values of its inputs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Model, ValueInfo } from '#shared/ir/graph.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { newestOpset } from '#shared/ir/opsets.ts';
import { decodeModel } from '#shared/onnx/decode.ts';
import { readModel } from '#electron/engine/model-file.ts';
import { message, modelBytes } from '#test/support/protobuf.ts';

export interface CaseFile {
  readonly name: string;
  /** As the file has it. */
  readonly model: Model;
  /** As Graft reads it: brought up to date, in order. */
  readonly opened: Model;
  /** By input; absent where the value is no tensor. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** What the case says of its outputs, where that tells whether it was read right. */
  readonly expected: ReadonlyMap<string, Tensor>;
}

/**
 * A case of an operator set newer than the runtime takes is read as one of that. Most operators of the next set are
 * those of this one, for more types; whether a case means the same in it, its expected values tell.
 *
 * @throws GraftError for element types and parts of ONNX that the decoder does not know
 */
export function readCase(folder: string, name: string): CaseFile {
  const path = join(folder, name, 'model.onnx');
  const model = decodeModel(readFileSync(path));
  const read = (infos: readonly ValueInfo[], kind: 'input' | 'output'): Map<string, Tensor> => {
    const values = new Map<string, Tensor>();
    infos.forEach((info, index) => {
      const data = join(folder, name, 'test_data_set_0', `${kind}_${index}.pb`);
      if (info.unknown !== 'type' && existsSync(data)) values.set(info.name, decodeTensor(readFileSync(data)));
    });
    return values;
  };
  const restamped = (form: Model): Model => {
    const opset = Math.min(form.opsets[''] ?? newestOpset, newestOpset);
    return { ...form, opsets: { ...form.opsets, '': opset } };
  };
  const isNewer = (model.opsets[''] ?? 0) > newestOpset;
  return {
    name,
    model: restamped(model),
    opened: restamped(isNewer ? model : readModel(path).model),
    values: read(model.graph.inputs, 'input'),
    expected: isNewer ? read(model.graph.outputs, 'output') : new Map(),
  };
}

/** A TensorProto read as the only initializer of a model. */
function decodeTensor(bytes: Uint8Array): Tensor {
  const [tensor] = decodeModel(modelBytes(message([5, bytes]))).graph.initializers.values();
  return tensor as Tensor;
}
