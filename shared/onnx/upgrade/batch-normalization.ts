import { floatAttribute, intAttribute, type Attribute } from '#shared/ir/graph.ts';
import type { Changes, Rewriting } from '#shared/onnx/upgrade/rewriting.ts';

/** spatial = 0: a mean and a variance for every place, not only for every channel. */
function everyPlace(r: Rewriting): void {
  const [x = '', scale = '', bias = '', mean = '', variance = ''] = r.node.inputs;
  const { builder } = r;
  const epsilon = r.float(floatAttribute(r.node, 'epsilon', 1e-5), r.facts.dtype(x));
  const deviation = builder.op('Sqrt', [builder.op('Add', [variance, epsilon])]);
  const standard = builder.op('Div', [builder.op('Sub', [x, mean]), deviation]);
  r.become({ op: 'Add', inputs: [builder.op('Mul', [standard, scale]), bias], outputs: [r.y], attributes: {} });
}

/**
 * More than one output meant training, with the statistics of the batch: the running mean and variance, then the
 * batch's own mean and, in the runtime, the reciprocal of its deviation.
 */
function training(r: Rewriting, attributes: Record<string, Attribute>): void {
  const { builder } = r;
  const [y = '', mean, variance, savedMean, savedDeviation] = r.node.outputs;
  if (r.isUsed(3) || r.isUsed(4)) {
    // Any number of axes behind the channel's as one.
    const rows = builder.op('Reshape', [r.x, builder.ints([0, 0, -1])]);
    const average = (value: string): string => builder.reduce('ReduceMean', value, [0, 2], true);
    const center = average(rows);
    const centred = builder.op('Sub', [rows, center]);
    const spread = average(builder.op('Mul', [centred, centred]));
    const epsilon = r.float(floatAttribute(r.node, 'epsilon', 1e-5), r.facts.dtype(r.x));
    const deviation = builder.op('Sqrt', [builder.op('Add', [spread, epsilon])]);
    const vector = builder.ints([-1]);
    if (savedMean) r.become({ op: 'Reshape', inputs: [center, vector], outputs: [savedMean], attributes: {} });
    const inverse = builder.op('Reciprocal', [deviation]);
    if (savedDeviation)
      r.become({ op: 'Reshape', inputs: [inverse, vector], outputs: [savedDeviation], attributes: {} });
  }
  r.become({
    outputs: [y, mean || builder.fresh('running_mean'), variance || builder.fresh('running_variance')],
    attributes: { ...attributes, training_mode: { type: 'int', value: 1 } },
  });
}

function beforeModes(r: Rewriting): void {
  if (intAttribute(r.node, 'spatial', 1) === 0) return everyPlace(r);
  const attributes = r.attributesWithout('spatial');
  if (r.node.outputs.slice(1).some((name) => name !== '')) return training(r, attributes);
  if (!r.node.attributes['spatial']) return r.stay();
  r.become({ attributes });
}

export const batchNormalization: Changes = {
  BatchNormalization: [{ before: 14, rewrite: beforeModes }],
};
