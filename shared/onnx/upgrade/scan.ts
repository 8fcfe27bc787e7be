/**
 * Scan 8 went over a batch of sequences, time on the second axis. That is a Scan over the batch whose body is a Scan
 * over time.
 */
import { intAttribute, type Graph, type Node, type ValueInfo } from '#shared/ir/graph.ts';
import { GraftError } from '#shared/messages/error.ts';
import type { Changes, Rewriting } from '#shared/onnx/upgrade/rewriting.ts';

function batched(r: Rewriting): void {
  const { builder, node, path } = r;
  const [lengths, ...inputs] = node.inputs;
  const body = node.attributes['body'];
  if (lengths || body?.type !== 'graph')
    throw new GraftError('model.not-onnx', { path, reason: 'it has a Scan over sequences of unequal lengths.' });
  const untyped = (name: string): ValueInfo => ({ name, dtype: 'float32', shape: [], unknown: 'type' });
  const own = inputs.map((name) => builder.fresh(`${name}_row`));
  const results = node.outputs.map((name) => (name ? builder.fresh(`${name}_row`) : ''));
  const scanned = intAttribute(node, 'num_scan_inputs', 1);
  const directions = r.ints('directions');
  const inner: Node = {
    ...node,
    inputs: own,
    outputs: results,
    attributes: {
      body,
      num_scan_inputs: { type: 'int', value: scanned },
      ...(directions ? { scan_input_directions: { type: 'ints', value: directions } } : {}),
    },
  };
  const outer: Graph = {
    name: 'row',
    // A row of a value has the batch's type, and all its axes but the first.
    inputs: own.map((name, index) => ({
      ...untyped(name),
      dtype: r.facts.dtype(inputs[index] ?? ''),
      unknown: 'shape',
    })),
    outputs: results.filter((name) => name !== '').map(untyped),
    nodes: [inner],
    initializers: new Map(),
  };
  r.become({
    inputs,
    outputs: node.outputs.filter((name) => name !== ''),
    attributes: {
      body: { type: 'graph', value: outer },
      num_scan_inputs: { type: 'int', value: inputs.length },
    },
  });
}

export const scan: Changes = { Scan: [{ before: 9, rewrite: batched }] };
