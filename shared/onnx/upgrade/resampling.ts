/** Resampling before it said how coordinates are to be read. */
import { stringAttribute, type Attribute } from '#shared/ir/graph.ts';
import type { Changes, Rewriting } from '#shared/onnx/upgrade/rewriting.ts';

const text = (value: string): Attribute => ({ type: 'string', value });

function attributes(r: Rewriting, nearestMode: string): Record<string, Attribute> {
  const mode = stringAttribute(r.node, 'mode', 'nearest');
  return {
    mode: text(mode),
    coordinate_transformation_mode: text('asymmetric'),
    ...(mode === 'nearest' ? { nearest_mode: text(nearestMode) } : {}),
  };
}

/** Upsample only enlarged: each output shows the input at or before it. */
function upsample(r: Rewriting): void {
  const listed = r.node.attributes['scales'];
  const values = listed?.type === 'floats' ? listed.value : [];
  const scales = r.node.inputs[1] || r.builder.constant('float32', [values.length], values);
  r.become({ op: 'Resize', inputs: [r.x, '', scales], attributes: attributes(r, 'floor') });
}

/**
 * Resize 10: the runtime took the nearest input at or before an output along axes that grow, and at or behind it along
 * those that shrink. Where there are both, one is done after the other.
 */
function resize(r: Rewriting): void {
  const [, scales = ''] = r.node.inputs;
  const known = r.facts.numbers(scales) ?? [];
  const shrinks = known.some((scale) => scale < 1);
  const grows = known.some((scale) => scale > 1);
  const isNearest = stringAttribute(r.node, 'mode', 'nearest') === 'nearest';
  if (!shrinks || !grows || !isNearest) {
    r.become({ inputs: [r.x, '', scales], attributes: attributes(r, shrinks ? 'ceil' : 'floor') });
    return;
  }
  const part = (limit: (scale: number) => number): string =>
    r.builder.constant('float32', [known.length], known.map(limit));
  const grown = part((scale) => Math.max(scale, 1));
  const larger = r.builder.op('Resize', [r.x, '', grown], attributes(r, 'floor'));
  r.become({ inputs: [larger, '', part((scale) => Math.min(scale, 1))], attributes: attributes(r, 'ceil') });
}

/** Regions were measured from the corner of a pixel, not from its middle. */
function roiAlign(r: Rewriting): void {
  r.become({ attributes: { ...r.node.attributes, coordinate_transformation_mode: text('output_half_pixel') } });
}

export const resampling: Changes = {
  Upsample: [{ before: 10, rewrite: upsample }],
  Resize: [{ before: 11, rewrite: resize }],
  RoiAlign: [{ before: 16, rewrite: roiAlign }],
};
