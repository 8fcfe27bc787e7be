/**
 * Format 1 had the canvas library's own edges, flat positions, and counted frozen stages by number. Format 2
 * names ports in wires, keeps values under `parameters`, and names the first stage that is trained.
 */
import { z } from 'zod';
import { listOf } from '../schemas.ts';

const nodeSchema = z.object({
  id: z.string(),
  type: z.string(),
  label: z.string().default(''),
  x: z.number(),
  y: z.number(),
  params: z.record(z.string(), z.unknown()).default({}),
});

const formatSchema = z.object({
  format: z.literal(1),
  title: z.string().default(''),
  nodes: listOf(nodeSchema),
  edges: listOf(
    z.object({ source: z.string(), sourceHandle: z.string(), target: z.string(), targetHandle: z.string() }),
  ),
});

/** Stages of the only backbone whose stages format 1 could count. */
const nanoStages = ['stem', 'stage1', 'stage2', 'stage3', 'stage4', 'stage5'] as const;

const countSchema = z.object({ layers: z.number().int().min(-1) });

/** `layers` frozen stages, counted from the input; -1 is all of them. */
function freezeParameters(params: Readonly<Record<string, unknown>>, nano: boolean): Record<string, unknown> {
  const { layers, ...others } = params;
  if (layers === undefined) return others;
  const { layers: count } = countSchema.parse({ layers });
  if (count === 0) return { ...others, mode: 'none' };
  if (count === -1 || (nano && count >= nanoStages.length)) return { ...others, mode: 'backbone' };
  // For other models '' asks the person to choose: the number alone does not say which stage was meant.
  return { ...others, mode: 'until', stage: nano ? nanoStages[count] : '' };
}

/** Throws a ZodError when the value is not a document of format 1. */
export function edgesToWires(value: unknown): unknown {
  const { title, nodes, edges } = formatSchema.parse(value);
  const backbone = nodes.find(({ type }) => type === 'backbone');
  const nano = (backbone?.params['model'] ?? 'nano') === 'nano';
  return {
    format: 2,
    title,
    nodes: nodes.map(({ id, type, label, x, y, params }) => ({
      id,
      kind: type,
      title: label,
      position: { x, y },
      parameters: type === 'freeze' ? freezeParameters(params, nano) : params,
    })),
    wires: edges.map(({ source, sourceHandle, target, targetHandle }) => ({
      from: { node: source, port: sourceHandle },
      to: { node: target, port: targetHandle },
    })),
  };
}
