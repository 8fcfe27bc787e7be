/** A case file: the loss, the optimizer and what is trained, for the training step of any model. */
import { z } from 'zod';
import type { Shape } from '#shared/core/shape.ts';
import { lossSchema } from '#shared/compiler/losses/spec.ts';
import { optimizerSchema } from '#shared/compiler/optimizers/spec.ts';
import type { Model, ValueInfo } from '#shared/ir/graph.ts';
import { dtypes } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';

const inputSchema = z.object({ shape: z.array(z.int().positive()).optional(), high: z.int().positive().optional() });

/** A loss or an optimizer with a field that is not known would silently be another one. */
const caseSchema = z.object({
  loss: z.strictObject(lossSchema.shape),
  optimizer: z.strictObject({ ...optimizerSchema.shape, lr: z.number() }),
  trainable: z.union([z.literal('all'), z.array(z.string())]),
  /** What made the reference: “torch 2.1”. */
  made_with: z.string().optional(),
  /**
   * The recorded batches of a reference case. The step is made for the first input's shape, and the target's type is
   * settled by them where the loss and the predictions leave a choice.
   */
  batches: z
    .array(z.object({ name: z.string(), dtype: z.enum(dtypes), shape: z.array(z.int().nonnegative()) }))
    .optional(),
  /** What a step may take, in MiB; above it, part of the forward pass is computed again. Absent is any amount. */
  memory_limit_mib: z.number().positive().optional(),
  /** For models whose input has open sizes, where there are no batches; random integers stay below `high`. */
  input: inputSchema.optional(),
});
export type TrainingCase = z.output<typeof caseSchema>;

/** @throws GraftError `compile.bad-case` */
export function parseCase(json: unknown): TrainingCase {
  assertSpelt(json, caseSchema.shape);
  const parsed = caseSchema.safeParse(json);
  if (parsed.success) {
    assertSpelt((json as { readonly input?: unknown }).input, inputSchema.shape);
    return parsed.data;
  }
  const reasons = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new GraftError('compile.bad-case', { reason: reasons.join('; ') });
}

/** A file may hold notes of its own, as reference cases do: only what is nearly a field that it lacks is taken for one. */
function assertSpelt(json: unknown, shape: object): void {
  if (typeof json !== 'object' || json === null) return;
  const fields = Object.keys(shape);
  const lacking = fields.filter((field) => !Object.hasOwn(json, field));
  for (const name of Object.keys(json)) {
    const meant = fields.includes(name) ? undefined : lacking.find((field) => isNearly(name, field));
    if (meant) throw new GraftError('compile.bad-case', { reason: `“${name}” is not known; “${meant}” is.` });
  }
}

/** Whether one word becomes the other by few changes of a letter each, or by an ending. */
function isNearly(given: string, field: string): boolean {
  return field.startsWith(given) || changesBetween(given, field) <= 2;
}

/** Letters put in, left out or replaced (Levenshtein 1966). */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 0; line < from.length; line++) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = (row[column] as number) + Number(from[line] !== to[column]);
      next.push(Math.min(replaced, (row[column + 1] as number) + 1, (next[column] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}

/**
 * The shape of one batch: that of the case's first input batch, else the one it states, else the model's own.
 * @throws GraftError `compile.bad-case` where none of them says every size
 */
export function caseInputShape(model: Model, training: TrainingCase): Shape {
  const stated = training.batches?.find(({ name }) => name === inputName)?.shape ?? training.input?.shape;
  const shape = stated ?? model.graph.inputs[0]?.shape ?? [];
  const sizes = shape.filter((size) => typeof size === 'number');
  if (sizes.length === shape.length) return sizes;
  const open = shape.map((size) => size ?? '?').join(', ');
  throw new GraftError('compile.bad-case', {
    reason: `the model leaves sizes of its input open ([${open}]), and input.shape does not say them.`,
  });
}

/** Whatever the model calls its own first input. */
export const inputName = 'input';

/**
 * Shapes of all inputs, in their order. Of those behind the first, `batches` says the sizes that the model leaves open, or the first
 * input does where they have its name for a size.
 * @throws GraftError `compile.bad-case` where nothing says a size
 */
export function caseInputShapes(model: Model, training: TrainingCase, first: Shape): Shape[] {
  const [input, ...others] = model.graph.inputs;
  const named = new Map(input?.shape.map((size, axis) => [size, first[axis]]));
  const shapeOf = ({ name, shape }: ValueInfo): Shape =>
    training.batches?.find((batch) => batch.name === name)?.shape ??
    shape.map((size) => {
      const known = typeof size === 'number' ? size : typeof size === 'string' ? named.get(size) : undefined;
      if (known !== undefined) return known;
      const reason = `the model leaves sizes of its input “${name}” open, and batches does not say them.`;
      throw new GraftError('compile.bad-case', { reason });
    });
  return [first, ...others.map(shapeOf)];
}
