/** Writing by index: the written elements move with the updates, the others with the data. */
import { normalizeAxis } from '#shared/core/shape.ts';
import { refused, rule, type Family, type OperatorEntry } from '#shared/ops/entry.ts';
import type { GradientContext } from '#shared/ops/gradient-context.ts';

type Gradients = readonly (string | undefined)[];

/** A scattering operator and the one that reads the same places. */
interface Scattering {
  /** Writes `updates` into `data` at the node's own indices. */
  readonly write: (data: string, updates: string, reduction: string) => string;
  /** What `data` holds at the node's own indices. */
  readonly read: (data: string) => string;
}

function scattering(g: GradientContext, scatter: string, gather: string): Scattering {
  const axis = scatter === 'ScatterElements' ? { axis: g.int('axis', 0) } : {};
  return {
    write: (data, updates, reduction) =>
      g.builder.op(scatter, [data, g.input(1), updates], reduction === 'none' ? axis : { ...axis, reduction }),
    read: (data) => g.builder.op(gather, [data, g.input(1)], axis),
  };
}

/** Written elements take their gradient from the updates, the others from the data. */
function overwriting(g: GradientContext, { write, read }: Scattering): Gradients {
  return [g.when(0, () => write(g.dy, g.zeros(g.inputShape(2)), 'none')), undefined, g.when(2, () => read(g.dy))];
}

/** y = data + Σ updates */
function adding(g: GradientContext, { read }: Scattering): Gradients {
  return [g.when(0, () => g.dy), undefined, g.when(2, () => read(g.dy))];
}

/**
 * y = data · Π updates, written to one place: ddata = dy · Π updates, and dupdate = dy · the product of data and the
 * other updates. With p the product in which zeros count as one, and z the number of zeros there, that is p / update
 * where z = 0, p where the update is the only zero, and 0 elsewhere.
 */
function multiplying(g: GradientContext, { write, read }: Scattering): Gradients {
  const updates = g.input(2);
  const ddata = (): string => g.mul(g.dy, write(g.builder.expand(g.scalar(1), g.inputShape(0)), updates, 'mul'));
  const dupdates = (): string => {
    const isZero = g.builder.op('Equal', [updates, g.scalar(0)]);
    const own = g.asFloat(isZero);
    const zeros = read(write(g.zeros(g.inputShape(0)), own, 'add'));
    const safe = g.builder.op('Where', [isZero, g.scalar(1), updates]);
    const product = read(g.mul(g.dy, write(g.input(0), safe, 'mul')));
    return g.mul(g.div(product, safe), g.indicator('Equal', zeros, own));
  };
  return [g.when(0, ddata), undefined, g.when(2, dupdates)];
}

/** y = the greatest (or least) of data and updates: equal winners share, as in PyTorch's scatter_reduce. */
function extremum(g: GradientContext, { write, read }: Scattering): Gradients {
  const kept = g.indicator('Equal', g.input(0), g.y);
  const won = g.indicator('Equal', g.input(2), read(g.y));
  const share = g.div(g.dy, write(kept, won, 'add'));
  return [g.when(0, () => g.mul(kept, share)), undefined, g.when(2, () => g.mul(won, read(share)))];
}

const reductions: Readonly<Record<string, (g: GradientContext, places: Scattering) => Gradients>> = {
  none: overwriting,
  add: adding,
  mul: multiplying,
  max: extremum,
  min: extremum,
};

function scatterRule(scatter: string, gather: string): OperatorEntry {
  return rule(
    (g) => {
      const gradient = reductions[g.string('reduction', 'none')] ?? overwriting;
      return gradient(g, scattering(g, scatter, gather));
    },
    { stops: [1] },
  );
}

/**
 * TensorScatter writes each sequence of updates into its cache from a place of its own on; 'circular' goes on at the
 * start beyond the end. dcache is dy with zeros written over, dupdate what dy holds at the places written to.
 */
function tensorScatterGradient(g: GradientContext): Gradients {
  const { builder } = g;
  const attributes = { axis: g.int('axis', -2), mode: g.string('mode', 'linear') };
  const starts = g.hasInput(2) ? [g.input(2)] : [];
  const places = (): string => {
    const shape = g.inputShape(1);
    const axis = normalizeAxis(attributes.axis, shape.length);
    const along = shape.map((size, position) => (position === axis ? size : 1));
    const steps = builder.constant(
      'int64',
      along,
      Array.from({ length: shape[axis] as number }, (_, step) => step),
    );
    const batch = shape.map((size, position) => (position === 0 ? size : 1));
    const first = g.hasInput(2) ? builder.op('Add', [steps, builder.reshape(g.input(2), batch)]) : steps;
    const size = builder.scalar('int64', g.inputShape(0)[axis] as number);
    return builder.expand(builder.op('Mod', [first, size]), shape);
  };
  return [
    g.when(0, () => builder.op('TensorScatter', [g.dy, g.zeros(g.inputShape(1)), ...starts], attributes)),
    g.when(1, () => builder.op('GatherElements', [g.dy, places()], { axis: attributes.axis })),
  ];
}

export const scatter = {
  Scatter: refused('it ended with operator set 10, and is read as ScatterElements.'),
  ScatterElements: scatterRule('ScatterElements', 'GatherElements'),
  ScatterND: scatterRule('ScatterND', 'GatherND'),
  TensorScatter: rule(tensorScatterGradient, { stops: [2] }),
} as const satisfies Family;
