/** Versions that generated models name. */
import { usesDomain, type Graph, type Model } from '#shared/ir/graph.ts';

/** ONNX IR version written into every model: the newest that runtimes of the opset-13 era still read. */
export const onnxIrVersion = 8;

/** A generated graph as a model in the operator sets of the one it is made from. */
export function modelLike(graph: Graph, { opsets, irVersion }: Model): Model {
  const fused = usesDomain(graph, 'com.microsoft') ? { 'com.microsoft': 1 } : {};
  return { graph, opsets: { ...opsets, ...fused }, irVersion: Math.max(irVersion, onnxIrVersion), metadata: {} };
}

/** Version of the graphs Graft writes, in their `graft.version` metadata. */
export const graftModelVersion = '1';
