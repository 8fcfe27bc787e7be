import {
  floatAttribute,
  intAttribute,
  intsAttribute,
  stringAttribute,
  type Node,
  type TypedGraph,
} from '#shared/ir/graph.ts';
import type { Shape } from '#shared/core/shape.ts';
import { numbers, type Tensor, type TensorType } from '#shared/ir/tensor.ts';

/** What a table entry may know of a node: attributes, static types, and the constants among its inputs. */
export class NodeView {
  readonly node: Node;
  readonly #graph: Pick<TypedGraph, 'types' | 'initializers'>;

  constructor(node: Node, graph: Pick<TypedGraph, 'types' | 'initializers'>) {
    this.node = node;
    this.#graph = graph;
  }

  /** Whether every size is known: not those that depend on the data. */
  get isSized(): boolean {
    return [...this.node.inputs, ...this.node.outputs].every((name) => name === '' || this.#graph.types.has(name));
  }

  hasInput(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  hasOutput(index: number): boolean {
    return (this.node.outputs[index] ?? '') !== '';
  }

  /** Name of an input that must be there. */
  input(index: number): string {
    const name = this.node.inputs[index];
    if (!name) throw new Error(`${this.node.op} has no input ${index}`);
    return name;
  }

  output(index: number): string {
    const name = this.node.outputs[index];
    if (!name) throw new Error(`${this.node.op} has no output ${index}`);
    return name;
  }

  inputType(index: number): TensorType {
    return this.#typeOf(this.input(index));
  }

  outputType(index: number): TensorType {
    return this.#typeOf(this.output(index));
  }

  inputShape(index: number): Shape {
    return this.inputType(index).shape;
  }

  outputShape(index: number): Shape {
    return this.outputType(index).shape;
  }

  /** Of any value of the graph around; undefined where its size depends on the data. */
  typeIfKnown(name: string): TensorType | undefined {
    return this.#graph.types.get(name);
  }

  /** The tensor of a value of the graph around that is a constant. */
  constantIfKnown(name: string): Tensor | undefined {
    return this.#graph.initializers.get(name);
  }

  /** Elements of an input that is a constant; undefined where it is absent or computed. */
  constant(index: number): number[] | undefined {
    const tensor = this.constantIfKnown(this.node.inputs[index] ?? '');
    return tensor && numbers(tensor);
  }

  /** Whether an input is there but not known before running. */
  isComputed(index: number): boolean {
    return this.hasInput(index) && !this.#graph.initializers.has(this.input(index));
  }

  int(name: string, otherwise: number): number {
    return intAttribute(this.node, name, otherwise);
  }

  float(name: string, otherwise: number): number {
    return floatAttribute(this.node, name, otherwise);
  }

  ints(name: string): readonly number[] | undefined {
    return intsAttribute(this.node, name);
  }

  string(name: string, otherwise: string): string {
    return stringAttribute(this.node, name, otherwise);
  }

  floats(name: string): readonly number[] | undefined {
    const attribute = this.node.attributes[name];
    return attribute?.type === 'floats' ? attribute.value : undefined;
  }

  strings(name: string): readonly string[] | undefined {
    const attribute = this.node.attributes[name];
    return attribute?.type === 'strings' ? attribute.value : undefined;
  }

  #typeOf(name: string): TensorType {
    const type = this.typeIfKnown(name);
    if (!type) throw new Error(`${this.node.op}: the type of ${name} is not known`);
    return type;
  }
}
