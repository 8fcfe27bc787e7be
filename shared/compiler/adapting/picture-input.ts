/** Models whose input is a picture in another form: channels last, grey, or bytes. */
import { GraphBuilder } from '#shared/ir/builder.ts';
import type { Graph, Model, Node, ValueInfo } from '#shared/ir/graph.ts';

type Layout = 'first' | 'last';

/** What of a model's input was brought into Graft's form, float32 [N, 3, H, W] of 0–1; empty where nothing was. */
export type InputChange = 'channels-last' | 'grey' | 'bytes';

/** Weights of red, green and blue in grey (ITU-R BT.601, as Pillow and OpenCV have it). */
const luma = [0.299, 0.587, 0.114];

/** The model with a picture input; itself where that is what it has, and where its input is no picture at all. */
export function withPictureInput(model: Model): { readonly model: Model; readonly changes: readonly InputChange[] } {
  const { graph } = model;
  const [input] = graph.inputs;
  const form = input && graph.inputs.length === 1 ? formOf(graph, input) : undefined;
  if (!input || !form) return { model, changes: [] };
  const { layout, channels, open } = form;
  const changes: InputChange[] = [
    ...(layout === 'last' ? (['channels-last'] as const) : []),
    ...(channels === 1 ? (['grey'] as const) : []),
    ...(input.dtype === 'uint8' ? (['bytes'] as const) : []),
  ];
  const [batch = 'N', ...sizes] = input.shape;
  const [height = null, width = null] = layout === 'last' ? sizes.slice(0, 2) : sizes.slice(1);
  if (changes.length === 0) {
    if (!open) return { model, changes };
    return {
      model: { ...model, graph: { ...graph, inputs: [{ ...input, shape: [batch, 3, height, width] }] } },
      changes,
    };
  }
  const builder = new GraphBuilder(model.opsets[''] ?? 17);
  builder.reserve(graph);
  const pictures = builder.fresh('pictures');
  builder.input(pictures, 'float32', [batch, 3, height, width]);
  let value = pictures;
  if (channels === 1)
    value = builder.reduce(
      'ReduceSum',
      builder.op('Mul', [value, builder.constant('float32', [1, 3, 1, 1], luma)]),
      [1],
      true,
    );
  if (input.dtype === 'uint8')
    value = builder.op('Round', [builder.op('Mul', [value, builder.scalar('float32', 255)])]);
  if (layout === 'last') value = builder.transpose(value, [0, 2, 3, 1]);
  if (input.dtype !== 'float32') value = builder.cast(value, input.dtype);
  const end: Node = { name: '', op: 'Identity', domain: '', inputs: [value], outputs: [input.name], attributes: {} };
  builder.append(end);
  builder.output(input.name, input.dtype, input.shape);
  const before = builder.build('pictures');
  return {
    changes,
    model: {
      ...model,
      graph: {
        ...graph,
        inputs: before.inputs,
        nodes: [...before.nodes, ...graph.nodes],
        initializers: new Map([...before.initializers, ...graph.initializers]),
      },
    },
  };
}

interface Form {
  readonly layout: Layout;
  readonly channels: 1 | 3;
  /** The file does not say how many channels there are; what reads them does. */
  readonly open: boolean;
}

function formOf(graph: Graph, { name, dtype, shape }: ValueInfo): Form | undefined {
  if (shape.length !== 4 || (dtype !== 'float32' && dtype !== 'uint8')) return undefined;
  const [, first, , last] = shape;
  if (first === 3 || first === 1) return { layout: 'first', channels: first, open: false };
  if (last === 3 || last === 1) return { layout: 'last', channels: last, open: false };
  const reader = graph.nodes.find(({ op, inputs }) => op === 'Conv' && inputs[0] === name);
  const channels = graph.initializers.get(reader?.inputs[1] ?? '')?.shape[1];
  const isOpen = typeof first !== 'number' || first <= 0;
  return isOpen && (channels === 3 || channels === 1) ? { layout: 'first', channels, open: true } : undefined;
}
