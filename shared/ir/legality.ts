/** What every phase's output must satisfy. Checked in tests after each phase, never in a person's run. */
import { elementCount } from '#shared/core/shape.ts';
import { bodiesOf, reads, type Graph, type Model } from '#shared/ir/graph.ts';
import { bytesPerElement } from '#shared/ir/tensor.ts';

/** Domains a stock onnxruntime knows. */
const domains = new Set(['', 'com.microsoft']);

/** Every violation, in words; empty for a legal model. */
export function violations(model: Model): string[] {
  const found = Object.keys(model.opsets)
    .filter((domain) => !domains.has(domain))
    .map((domain) => `unknown domain ${domain}`);
  addViolations(found, model.graph, () => false, model.opsets);
  return found;
}

/** @param isOuter whether a value is defined around the graph, at this place */
function addViolations(
  found: string[],
  graph: Graph,
  isOuter: (name: string) => boolean,
  opsets: Model['opsets'],
): void {
  const defined = new Set<string>();
  const define = (name: string, by: string): void => {
    if (defined.has(name)) found.push(`${name} is defined twice, the second time by ${by}`);
    if (isOuter(name)) found.push(`${name}, defined by ${by}, hides an outer value`);
    defined.add(name);
  };
  for (const input of graph.inputs) define(input.name, 'an input');
  for (const [name, tensor] of graph.initializers) {
    define(name, 'an initializer');
    const bytes = elementCount(tensor.shape) * bytesPerElement(tensor.dtype);
    if (tensor.dtype !== 'string' && tensor.data.byteLength !== bytes)
      found.push(`${name} has ${tensor.data.byteLength} bytes, not ${bytes}`);
  }
  const visible = (name: string): boolean => defined.has(name) || isOuter(name);
  for (const node of graph.nodes) {
    const title = `${node.op} ${node.name}`.trim();
    if (opsets[node.domain] === undefined)
      found.push(`${title} is of domain “${node.domain}”, which the model does not import`);
    // A body's own reads come with those of its node, so order is right for both.
    for (const name of reads(node)) if (!visible(name)) found.push(`${title} reads ${name} before it is made`);
    for (const body of bodiesOf(node)) addViolations(found, body, visible, opsets);
    for (const name of node.outputs) if (name !== '') define(name, title);
  }
  for (const output of graph.outputs) if (!visible(output.name)) found.push(`output ${output.name} is never made`);
}
