import { decomposition, type Family } from '#shared/ops/entry.ts';
import type { LoweringContext } from '#shared/ops/lowering-context.ts';

/** 1 / (1 − ratio) while training, else 1. */
function dropoutScale(l: LoweringContext): string {
  const ratio = l.hasInput(1) ? l.builder.cast(l.input(1), l.dtype) : l.scalar(0.5);
  const scale = l.div(l.scalar(1), l.oneMinus(ratio));
  return l.isComputed(2) ? l.builder.op('Where', [l.input(2), scale, l.scalar(1)]) : scale;
}

/**
 * y = x · scale where the mask is true, else 0. The node stays, to draw the mask: forward and backward pass then share
 * it. Outside training, which is where a model says nothing, it does nothing.
 */
function dropped(l: LoweringContext): readonly string[] {
  const training = l.isComputed(2) || l.constant(2)?.[0] === 1;
  if (!training) return [l.x, l.hasOutput(1) ? l.builder.expand(l.builder.scalar('bool', 1), l.inputShape(0)) : ''];
  const [, mask] = l.builder.opN('Dropout', l.node.inputs, 2, { ...l.node.attributes });
  return [l.builder.op('Where', [mask as string, l.mul(l.x, dropoutScale(l)), l.scalar(0)]), mask as string];
}

export const dropout = {
  Dropout: decomposition(dropped, { stops: [1, 2] }),
} as const satisfies Family;
