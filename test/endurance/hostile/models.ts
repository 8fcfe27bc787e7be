/** Model files: real ones with bytes changed, and ones whose few bytes ask for much. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '#test/engine/support.ts';
import { message, packed, type WireField } from '#test/support/protobuf.ts';
import { bent, type Dice } from '#test/support/vandal.ts';
import { applySettings } from '#shared/document/set.ts';
import { mixed, oddText, watched, type Attack, type Ground } from './kind.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'models');
const real = readdirSync(fixtures)
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => readFileSync(join(fixtures, name)));

// Numbers of fields and types are those of onnx.proto.
const int64 = 7;
const float = 1;
type Attribute = Uint8Array;
type Node = Uint8Array;

const intOf = (name: string, value: number | bigint): Attribute => message([1, name], [3, value], [20, 2]);
const intsOf = (name: string, values: readonly (number | bigint)[]): Attribute =>
  message([1, name], [8, packed(...values)], [20, 7]);
const graphOf = (name: string, inner: Uint8Array): Attribute => message([1, name], [6, inner], [20, 5]);
const tensorOf = (name: string, tensor: Uint8Array): Attribute => message([1, name], [5, tensor], [20, 4]);

const node = (
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly Attribute[] = [],
): Node =>
  message(
    ...inputs.map((name): WireField => [1, name]),
    ...outputs.map((name): WireField => [2, name]),
    [4, op],
    ...attributes.map((attribute): WireField => [5, attribute]),
  );

const whole = (name: string, ...values: readonly (number | bigint)[]): Uint8Array =>
  message([1, packed(values.length)], [2, int64], [7, packed(...values)], [8, name]);
const single = (name: string, dims: readonly (number | bigint)[], values: readonly number[]): Uint8Array =>
  message([1, packed(...dims)], [2, float], [9, new Uint8Array(Float32Array.from(values).buffer)], [8, name]);
const external = (
  name: string,
  dims: readonly (number | bigint)[],
  entries: Readonly<Record<string, string>>,
): Uint8Array =>
  message(
    [1, packed(...dims)],
    [2, float],
    [8, name],
    ...Object.entries(entries).map(([key, value]): WireField => [13, message([1, key], [2, value])]),
    [14, 1],
  );

const dim = (size: number | bigint | string): WireField => [
  1,
  typeof size === 'string' ? message([2, size]) : message([1, size]),
];
const value = (name: string, shape: readonly (number | bigint | string)[]): Uint8Array =>
  message([1, name], [2, message([1, message([1, float], [2, message(...shape.map(dim))])])]);

function graph(
  nodes: readonly Node[],
  {
    weights = [],
    input = ['N', 3, 32, 32],
    outputs = ['y'],
  }: {
    weights?: readonly Uint8Array[];
    input?: readonly (number | bigint | string)[];
    outputs?: readonly string[];
  } = {},
): Uint8Array {
  return message(
    ...nodes.map((one): WireField => [1, one]),
    [2, 'g'],
    ...weights.map((one): WireField => [5, one]),
    [11, value('x', input)],
    ...outputs.map((name): WireField => [12, value(name, ['N', 'C'])]),
  );
}

const model = (inner: Uint8Array, opset = 17, ...more: readonly WireField[]): Uint8Array =>
  message([1, 8], [7, inner], [8, message([2, opset])], ...more);

const large = (dice: Dice): number | bigint =>
  dice.pick<number | bigint>([1e3, 1e5, 1e7, 2 ** 31, 1e12, 2n ** 62n, -1, 0]);

/** What is left of the picture: its means by channel, so that there is something to train behind it. */
const means = node('GlobalAveragePool', ['x'], ['p']);
const flat = node('Flatten', ['p'], ['f']);
const ending = (name: string): Node[] => [
  node('ReduceMean', [name], ['m'], [intOf('keepdims', 0)]),
  node('Add', ['f', 'm'], ['y']),
];

/** Some bytes that ask for a value of any size. */
function largeValue(dice: Dice): Uint8Array {
  const [a, b, c] = [large(dice), large(dice), large(dice)];
  switch (dice.below(9)) {
    case 0:
      return model(
        graph([means, flat, node('ConstantOfShape', ['s'], ['v']), ...ending('v')], { weights: [whole('s', a, b)] }),
      );
    case 1:
      return model(
        graph([means, flat, node('Expand', ['f', 's'], ['v']), ...ending('v')], { weights: [whole('s', a, b, 1, 1)] }),
      );
    case 2:
      return model(
        graph([means, flat, node('Tile', ['x', 's'], ['v']), ...ending('v')], { weights: [whole('s', 1, 1, a, b)] }),
      );
    case 3:
      return model(
        graph(
          [
            means,
            flat,
            node('Range', ['o', 'n', 'd'], ['r']),
            node('Cast', ['r'], ['v'], [intOf('to', float)]),
            ...ending('v'),
          ],
          {
            weights: [whole('o', 0), whole('n', a), whole('d', 1)],
          },
        ),
      );
    case 4:
      return model(
        graph([means, flat, node('Pad', ['x', 's'], ['v']), ...ending('v')], {
          weights: [whole('s', 0, 0, a, b, 0, 0, c, 1)],
        }),
      );
    case 5:
      return model(
        graph([means, flat, node('Resize', ['x', '', '', 's'], ['v']), ...ending('v')], {
          weights: [whole('s', 1, 3, a, b)],
        }),
      );
    case 6:
      return model(
        graph([means, flat, node('OneHot', ['i', 'n', 'w'], ['v']), ...ending('v')], {
          weights: [whole('i', 0, 1, 2), whole('n', a), single('w', [2], [0, 1])],
        }),
      );
    case 7:
      return model(graph([means, flat, node('RandomNormal', [], ['v'], [intsOf('shape', [a, b])]), ...ending('v')]));
    default: {
      // Twice as large with every node.
      const times = dice.pick([10, 30, 64]);
      const doubled = Array.from({ length: times }, (_, index) =>
        node('Concat', [`d${index}`, `d${index}`], [`d${index + 1}`], [intOf('axis', dice.below(4))]),
      );
      return model(graph([means, flat, node('Identity', ['x'], ['d0']), ...doubled, ...ending(`d${times}`)]));
    }
  }
}

/** Attributes and weights that no kernel expects. */
function oddLayer(dice: Dice): Uint8Array {
  const [a, b] = [large(dice), large(dice)];
  const weights = single(
    'w',
    [4, 3, 3, 3],
    Array.from({ length: 108 }, () => dice.next() - 0.5),
  );
  const oddWeights = single('w', [a, b], [1, 2, 3]);
  const layers: readonly (readonly [Node, Uint8Array])[] = [
    [node('Conv', ['x', 'w'], ['v'], [intsOf('strides', [a, b])]), weights],
    [node('Conv', ['x', 'w'], ['v'], [intsOf('dilations', [a, 1])]), weights],
    [node('Conv', ['x', 'w'], ['v'], [intsOf('pads', [a, 0, b, 0])]), weights],
    [node('Conv', ['x', 'w'], ['v'], [intOf('group', a)]), weights],
    [node('Conv', ['x', 'w'], ['v'], [intsOf('kernel_shape', [a])]), weights],
    [
      node('ConvTranspose', ['x', 'w'], ['v'], [intsOf('strides', [a, b])]),
      single(
        'w',
        [3, 4, 3, 3],
        Array.from({ length: 108 }, () => 1),
      ),
    ],
    [node('MaxPool', ['x'], ['v'], [intsOf('kernel_shape', [a, b])]), weights],
    [node('AveragePool', ['x'], ['v'], [intsOf('kernel_shape', [2, 2]), intsOf('pads', [a, b, 0, 0])]), weights],
    [node('LayerNormalization', ['x', 'w'], ['v'], [intOf('axis', a)]), oddWeights],
    [node('BatchNormalization', ['x', 'w', 'w', 'w', 'w'], ['v']), oddWeights],
    [node('InstanceNormalization', ['x', 'w', 'w'], ['v']), oddWeights],
    [node('Transpose', ['x'], ['v'], [intsOf('perm', [a, b, 0, 1])]), weights],
    [node('Softmax', ['x'], ['v'], [intOf('axis', a)]), weights],
    [
      node(
        'Split',
        ['x'],
        ['v', ...Array.from({ length: dice.pick([1, 500, 20_000]) }, (_, index) => `u${index}`)],
        [intOf('axis', 1)],
      ),
      weights,
    ],
    [node('SpaceToDepth', ['x'], ['v'], [intOf('blocksize', a)]), weights],
    [node('DepthToSpace', ['x'], ['v'], [intOf('blocksize', a)]), weights],
    [node('Gemm', ['x', 'w'], ['v']), oddWeights],
    [node('MatMul', ['x', 'w'], ['v']), oddWeights],
    [node('Gather', ['x', 'w'], ['v'], [intOf('axis', a)]), whole('w', a, b)],
    [node('Slice', ['x', 'w', 'w'], ['v']), whole('w', a, b)],
    [node('Reshape', ['x', 'w'], ['v']), whole('w', a, b)],
    [node('Unsqueeze', ['x', 'w'], ['v']), whole('w', a, b)],
    [node('TopK', ['x', 'w'], ['v', 'i']), whole('w', a)],
    [node('LSTM', ['x', 'w', 'w'], ['v'], [intOf('hidden_size', a)]), oddWeights],
    [
      node(
        'Einsum',
        ['x', 'w'],
        ['v'],
        [message([1, 'equation'], [4, dice.pick(['ij,jk->ik', '...', 'a'.repeat(5000), '->', 'ijkl,ij->'])], [20, 3])],
      ),
      oddWeights,
    ],
    [
      node(
        dice.pick(['QuantizeLinear', 'Nothing', 'If', 'Loop', 'Scan', 'Attention', 'StringSplit', 'ImageDecoder']),
        ['x', 'w'],
        ['v'],
      ),
      oddWeights,
    ],
    [node('Clip', ['x', 'w', 'w'], ['v']), oddWeights],
    [node('CumSum', ['x', 'w'], ['v']), whole('w', a)],
    [node('EyeLike', ['w'], ['v']), whole('w', a, b)],
  ];
  const [layer, weight] = dice.pick(layers);
  const input = dice.pick<readonly (number | bigint | string)[]>([
    ['N', 3, 32, 32],
    [1, 3, 32, 32],
    ['N', 3, 'H', 'W'],
    ['N', a, b, 3],
    [],
    [a],
    ['N', 3, 1, 1],
  ]);
  return model(
    graph([means, flat, layer, ...ending('v')], { weights: [weight], input }),
    dice.pick([17, 17, 17, 7, 13, 25, 99]),
  );
}

/** More of something than anybody writes: nodes, depth, names. */
function oddForm(dice: Dice): Uint8Array {
  const many = dice.pick([100, 3000, 20_000]);
  switch (dice.below(7)) {
    case 0:
      return model(
        graph([
          ...Array.from({ length: many }, (_, index) =>
            node('Relu', [index === 0 ? 'x' : `a${index}`], [`a${index + 1}`]),
          ),
          node('GlobalAveragePool', [`a${many}`], ['p']),
          node('Flatten', ['p'], ['y']),
        ]),
      );
    case 1: {
      let inner = graph([node('Identity', ['x'], ['y'])]);
      for (let level = 0; level < dice.pick([5, 90, 400]); level++)
        inner = graph([
          node(
            'If',
            ['c'],
            ['y'],
            [graphOf('then_branch', inner), graphOf('else_branch', graph([node('Identity', ['x'], ['y'])]))],
          ),
        ]);
      return model(inner);
    }
    case 2:
      return model(graph([node('Relu', ['y'], ['z']), node('Relu', ['z'], ['y'])]));
    case 3:
      return model(graph([node('Relu', ['x'], ['y']), node('Relu', ['x'], ['y'])], { outputs: ['y', 'y', ''] }));
    case 4:
      return model(
        graph([
          node('Constant', [], ['v'], [tensorOf('value', single('', [large(dice)], [1]))]),
          means,
          flat,
          ...ending('v'),
        ]),
      );
    case 5: {
      const body = graph([node('Identity', ['c'], ['c2']), node('Concat', ['s', 's'], ['s2'], [intOf('axis', 0)])], {
        outputs: ['c2', 's2'],
      });
      return model(
        graph([means, flat, node('Loop', ['n', '', 'f'], ['v'], [graphOf('body', body)]), ...ending('v')], {
          weights: [whole('n', large(dice))],
        }),
      );
    }
    default:
      return model(
        graph([node('Relu', ['x'], [dice.pick(['y', 'y\0', 'a'.repeat(100_000), '__proto__'])])], {
          outputs: [dice.pick(['y', '__proto__', 'toString'])],
        }),
        17,
        [25, message([1, 'f'], [10, 'd'])],
      );
  }
}

/** Weights in a file beside the model, which says where and how many. */
function elsewhere(dice: Dice, ground: Ground): Uint8Array {
  writeFileSync(join(ground.inputs, 'weights.bin'), Buffer.alloc(dice.pick([0, 12, 4096, 1_000_000])));
  const location = dice.below(2)
    ? 'weights.bin'
    : dice.pick(['to-outside/canary', 'pipe', 'to-zero', 'to-itself', oddText(dice, ground).slice(0, 5000)]);
  const entries: Record<string, string> = {
    location,
    offset: String(dice.pick<number | string>([0, 0, -1, 1e18, 'x', '', 2, '1e3'])),
    length: String(dice.pick<number | string>([108 * 4, 12, 0, -5, 1e18, 'x', 2 ** 40])),
  };
  if (dice.below(3) === 0) delete entries[dice.pick(['location', 'offset', 'length'])];
  const dims = dice.pick<readonly (number | bigint)[]>([[4, 3, 3, 3], [large(dice), large(dice)], [3]]);
  return model(
    graph([node('Conv', ['x', 'w'], ['c']), node('GlobalAveragePool', ['c'], ['p']), node('Flatten', ['p'], ['y'])], {
      weights: [external('w', dims, entries)],
    }),
  );
}

/** Where the structure of a file is; what lies behind is weights. */
const structureBytes = 4000;

function spoilt(dice: Dice): Uint8Array {
  const bytes = dice.pick(real);
  if (dice.below(4) === 0) return bent(dice, bytes, 1);
  const changed = Buffer.from(bytes);
  for (let count = 0; count <= dice.below(2); count++) {
    const at = dice.below(Math.min(structureBytes, bytes.length));
    changed[at] = dice.below(2) ? dice.below(256) : (bytes[dice.below(bytes.length)] as number);
  }
  return changed;
}

const make =
  (build: (dice: Dice, ground: Ground) => Uint8Array): Attack =>
  async (dice, ground) => {
    const path = join(ground.inputs, 'input.onnx');
    writeFileSync(path, build(dice, ground));
    const document = applySettings(project(ground.pictures), [
      `backbone.model=${path}`,
      'training.epochs=1',
      'data.limitPerClass=4',
      ...(dice.below(2) ? ['freeze.mode=none'] : []),
    ]);
    const facts = await ground.host.data.facts({ document, path: '' });
    if (facts.problems.length > 0 || dice.below(4) > 0) return facts;
    ground.begun();
    if (dice.below(4) > 0) return ground.host.data.forecast({ document, path: '', device: 'cpu' });
    const { run } = await ground.host.runs.start({ document, path: '', device: 'cpu' });
    return watched(ground.host, run);
  };

export const models = mixed([
  [3, make(spoilt)],
  [2, make(largeValue)],
  [3, make(oddLayer)],
  [1, make(oddForm)],
  [1, make(elsewhere)],
]);
