/** Small backbones, generated: each layer is a 3×3 convolution that keeps the size, and Relu. */
import { randomNormal, randomStreams } from '#shared/core/random.ts';
import { elementCount } from '#shared/core/shape.ts';
import { GraphBuilder, type AttributeValue } from '#shared/ir/builder.ts';
import type { Graph, Model, Node } from '#shared/ir/graph.ts';
import { float32Tensor, type Tensor } from '#shared/ir/tensor.ts';

export interface BackboneOptions {
  /** What carries the scope `stage1`, `stage2`, …: node names as PyTorch writes them, weight names, or nothing. */
  readonly names?: 'nodes' | 'weights' | 'none';
  /** Channels behind each layer. */
  readonly widths?: readonly number[];
  readonly opset?: number;
  readonly input?: string;
  readonly shape?: readonly (number | string)[];
  /** Layers (from 1) that add their input to their output; widths must agree. */
  readonly skips?: readonly number[];
  /** Layers (from 1) that end in a branch on their values, which has no gradient. */
  readonly branches?: readonly number[];
  /** Layers (from 1) that end in a Loop that doubles their values twice. */
  readonly loops?: readonly number[];
  /** Layers (from 1) that end in a Scan over the rows of their values, which sums them up from the top. */
  readonly scans?: readonly number[];
  readonly ending?: 'maps' | 'vector' | 'tokens' | 'classifier' | 'softmax' | 'matmul classifier';
  readonly output?: string;
}

/** Appends a node with a name of its own. */
export function named(
  builder: GraphBuilder,
  name: string,
  op: string,
  inputs: readonly string[],
  attributes: Record<string, AttributeValue> = {},
): string {
  const output = builder.op(op, inputs, attributes);
  builder.nodes.push({ ...(builder.nodes.pop() as Node), name });
  return output;
}

/** Normal values of standard deviation `scale`, drawn from `seed`. */
export function randomTensor(shape: readonly number[], seed: number, scale = 1): Tensor {
  const draw = (_: unknown, index: number): number => scale * randomNormal(seed, randomStreams.sample, 0, index);
  return float32Tensor(shape, Float32Array.from({ length: elementCount(shape) }, draw));
}

/** `value` if the sum of its elements is positive, else its double: a branch onnxruntime cannot decide beforehand. */
function branch(builder: GraphBuilder, value: string, name: string): string {
  const sum = builder.op('ReduceSum', [value], { keepdims: 0 });
  const positive = builder.op('Greater', [sum, builder.scalar('float32', 0)]);
  const body = (factor: number): Graph => {
    const inner = new GraphBuilder(builder.opset);
    const scale = inner.initializer(`${name}/scale_${factor}`, float32Tensor([], [factor]));
    inner.op('Mul', [value, scale]);
    const made = inner.nodes.pop() as Node;
    const output = `${name}/branch_${factor}`;
    inner.append({ ...made, outputs: [output] });
    inner.outputs.push({ name: output, dtype: 'float32', shape: [], unknown: 'type' });
    return inner.build(`${name}/branch`);
  };
  return named(builder, name, 'If', [positive], {
    then_branch: { type: 'graph', value: body(1) },
    else_branch: { type: 'graph', value: body(2) },
  });
}

/** value · 2 · 2, by a loop whose body says nothing of its sizes. */
function loop(builder: GraphBuilder, value: string, name: string): string {
  const body = new GraphBuilder(builder.opset);
  body.input(`${name}/iteration`, 'int64', []);
  const condition = body.input(`${name}/condition`, 'bool', []);
  body.inputs.push({ name: `${name}/carried`, dtype: 'float32', shape: [], unknown: 'shape' });
  const doubled = body.op('Add', [`${name}/carried`, `${name}/carried`]);
  body.output(condition, 'bool', [], `${name}/go-on`);
  body.append({ name: '', op: 'Identity', domain: '', inputs: [doubled], outputs: [`${name}/next`], attributes: {} });
  body.outputs.push({ name: `${name}/next`, dtype: 'float32', shape: [], unknown: 'shape' });
  const inputs = [builder.scalar('int64', 2), builder.constant('bool', [], [1]), value];
  return named(builder, name, 'Loop', inputs, { body: { type: 'graph', value: body.build(`${name}/body`) } });
}

/** Running sums down the picture, by a Scan along the height. */
function scan(builder: GraphBuilder, value: string, name: string): string {
  const body = new GraphBuilder(builder.opset);
  for (const input of ['sum', 'row'])
    body.inputs.push({ name: `${name}/${input}`, dtype: 'float32', shape: [], unknown: 'shape' });
  const inner = { name: '', domain: '', attributes: {} };
  body.append({ ...inner, op: 'Add', inputs: [`${name}/sum`, `${name}/row`], outputs: [`${name}/next`] });
  body.append({ ...inner, op: 'Identity', inputs: [`${name}/next`], outputs: [`${name}/shown`] });
  for (const output of ['next', 'shown'])
    body.outputs.push({ name: `${name}/${output}`, dtype: 'float32', shape: [], unknown: 'shape' });
  const start = builder.reduce('ReduceSum', builder.op('Mul', [value, builder.scalar('float32', 0)]), [2], false);
  const outputs = [builder.fresh('scan'), builder.fresh('scan')];
  builder.append({
    name,
    op: 'Scan',
    domain: '',
    inputs: [start, value],
    outputs,
    attributes: {
      body: { type: 'graph', value: body.build(`${name}/body`) },
      num_scan_inputs: { type: 'int', value: 1 },
      scan_input_axes: { type: 'ints', value: [2] },
      scan_output_axes: { type: 'ints', value: [2] },
    },
  });
  return outputs[1] as string;
}

export function backbone(options: BackboneOptions = {}): Model {
  const { names = 'nodes', widths = [4, 4, 6], opset = 17, input = 'input', ending = 'maps' } = options;
  const builder = new GraphBuilder(opset);
  const picture = options.shape ?? ['N', 3, 8, 8];
  let value = builder.input(input, 'float32', picture);
  let channels = 3;
  widths.forEach((width, index) => {
    const layer = index + 1;
    const node = names === 'nodes' ? `/stage${layer}/conv/Conv` : '';
    const stored = (part: string): string => (names === 'weights' ? `stage${layer}.conv.${part}` : `w${layer}_${part}`);
    const inputs = [
      value,
      builder.initializer(stored('weight'), randomTensor([width, channels, 3, 3], layer, 0.3)),
      builder.initializer(stored('bias'), randomTensor([width], 100 + layer, 0.1)),
    ];
    const convolved = named(builder, node, 'Conv', inputs, { pads: [1, 1, 1, 1] });
    const sum = options.skips?.includes(layer) ? builder.op('Add', [convolved, value]) : convolved;
    value = builder.op('Relu', [sum]);
    if (options.branches?.includes(layer)) value = branch(builder, value, `branch${layer}`);
    if (options.loops?.includes(layer)) value = loop(builder, value, `loop${layer}`);
    if (options.scans?.includes(layer)) value = scan(builder, value, `scan${layer}`);
    channels = width;
  });
  const pooled = (): string => builder.op('Flatten', [builder.op('GlobalAveragePool', [value])], { axis: 1 });
  const classes = 5;
  let shape: readonly (number | string | null)[] = ['N', channels];
  switch (ending) {
    case 'maps':
      shape = ['N', channels, null, null];
      break;
    case 'vector':
      value = pooled();
      break;
    case 'tokens': {
      const flat = builder.reshape(value, [0, channels, -1]);
      value = builder.transpose(flat, [0, 2, 1]);
      shape = ['N', null, channels];
      break;
    }
    default: {
      const matrix = ending === 'matmul classifier' ? [channels, classes] : [classes, channels];
      const weight = builder.initializer('fc.weight', randomTensor(matrix, 7, 0.3));
      const bias = builder.initializer('fc.bias', randomTensor([classes], 8, 0.3));
      value =
        ending === 'matmul classifier'
          ? builder.op('Add', [builder.op('MatMul', [pooled(), weight]), bias])
          : builder.op('Gemm', [pooled(), weight, bias], { transB: 1 });
      if (ending === 'softmax') value = builder.op('Softmax', [value], { axis: 1 });
      shape = ['N', classes];
    }
  }
  builder.output(value, 'float32', shape, options.output ?? 'output');
  return { graph: builder.build('backbone'), opsets: { '': opset }, irVersion: 8, metadata: {} };
}

export interface RecurrentOptions {
  readonly op?: 'LSTM' | 'GRU' | 'RNN';
  /** 1 puts the batch axis first. */
  readonly layout?: 0 | 1;
}

/** Reads the rows of a picture of 8×8 forwards and backwards; its features are the last states, and Y as its mean. */
export function recurrentBackbone({ op = 'LSTM', layout = 0 }: RecurrentOptions = {}): Model {
  const builder = new GraphBuilder(17);
  const hidden = 5;
  const rows = hidden * { LSTM: 4, GRU: 3, RNN: 1 }[op];
  const picture = builder.input('input', 'float32', ['N', 3, 8, 8]);
  const steps = builder.reshape(builder.transpose(picture, [0, 2, 1, 3]), [-1, 8, 24]);
  const batchFirst = layout === 1;
  const inputs = [
    batchFirst ? steps : builder.transpose(steps, [1, 0, 2]),
    builder.initializer('rnn.w', randomTensor([2, rows, 24], 1, 0.3)),
    builder.initializer('rnn.r', randomTensor([2, rows, hidden], 2, 0.3)),
    builder.initializer('rnn.b', randomTensor([2, 2 * rows], 3, 0.3)),
  ];
  const attributes = { hidden_size: hidden, direction: 'bidirectional', ...(batchFirst ? { layout } : {}) };
  const [y, last] = builder.opN(op, inputs, 2, attributes) as [string, string];
  const states = batchFirst ? last : builder.transpose(last, [1, 0, 2]);
  const output = batchFirst ? y : builder.transpose(y, [2, 0, 1, 3]);
  const mean = builder.reduce('ReduceMean', output, [1], false);
  const features = builder.reshape(builder.op('Add', [states, mean]), [-1, 2 * hidden]);
  builder.output(features, 'float32', ['N', 2 * hidden], 'output');
  return { graph: builder.build('backbone'), opsets: { '': 17 }, irVersion: 8, metadata: {} };
}
