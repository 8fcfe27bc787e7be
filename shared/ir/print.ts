/** A readable form of a graph, one node a line: for `graft explain`, golden files and error reports. */
import type { Attribute, Graph, Model, TypedGraph, ValueInfo } from '#shared/ir/graph.ts';
import { numbers, type TensorType } from '#shared/ir/tensor.ts';

/** Initializers up to this many elements are printed with their values. */
const fewElements = 8;

export function printModel(model: Model): string {
  const opsets = Object.entries(model.opsets).map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`);
  return `${opsets.join(', ')}\n${printGraph(model.graph)}`;
}

export function printGraph(graph: Graph, indent = ''): string {
  const types = 'types' in graph ? (graph as TypedGraph).types : undefined;
  const lines = [`${indent}graph ${graph.name}(${graph.inputs.map(printValue).join(', ')})`];
  for (const [name, tensor] of graph.initializers) {
    const few =
      tensor.dtype !== 'string' && tensor.data.length > 0 && tensor.shape.reduce((a, b) => a * b, 1) <= fewElements;
    lines.push(`${indent}  const ${name}: ${printType(tensor)}${few ? ` = ${numbers(tensor).join(' ')}` : ''}`);
  }
  for (const node of graph.nodes) {
    const outputs = node.outputs.map((name) => {
      const type = types?.get(name);
      return type ? `${name}: ${printType(type)}` : name;
    });
    const attributes = Object.entries(node.attributes).map(
      ([name, attribute]) => `${name}=${printAttribute(attribute, indent)}`,
    );
    const domain = node.domain === '' ? '' : `${node.domain}::`;
    const inputs = node.inputs.map((name) => name || '-').join(', ');
    lines.push(
      `${indent}  ${outputs.join(', ')} = ${domain}${node.op}(${inputs})${attributes.length > 0 ? ` {${attributes.join(', ')}}` : ''}`,
    );
  }
  lines.push(`${indent}  return ${graph.outputs.map(printValue).join(', ')}`);
  return lines.join('\n');
}

function printValue(value: ValueInfo): string {
  if (value.unknown) return `${value.name}: ${value.unknown === 'type' ? '?' : `${value.dtype}[…]`}`;
  return `${value.name}: ${value.dtype}[${value.shape.map((dimension) => dimension ?? '?').join(',')}]`;
}

function printType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(',')}]`;
}

function printAttribute(attribute: Attribute, indent: string): string {
  switch (attribute.type) {
    case 'graph':
      return `\n${printGraph(attribute.value, `${indent}    `)}`;
    case 'tensor':
      return printType(attribute.value);
    case 'floats':
    case 'ints':
    case 'strings':
      return `[${attribute.value.join(',')}]`;
    default:
      return String(attribute.value);
  }
}
