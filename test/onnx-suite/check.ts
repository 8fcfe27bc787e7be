/**
 * One of ONNX's operator tests as a check of the gradient graph: the graph that `graft grad` writes against central
 * differences of the operator itself, along a random direction for each float input and against a random cotangent.
 */
import { buildGradientGraph } from '#shared/compiler/gradient-graph.ts';
import { descendants } from '#shared/compiler/subgraph.ts';
import { captured, type Graph, type Model, type Node } from '#shared/ir/graph.ts';
import { isFloat, numbers, type Tensor } from '#shared/ir/tensor.ts';
import { GraftError } from '#shared/messages/error.ts';
import { operatorEntry } from '#shared/ops/table.ts';
import { oracle } from '#electron/engine/runtime/oracle.ts';
import { compareGradient, type Subject } from '#test/onnx-suite/compare.ts';
import { readCase, type CaseFile } from '#test/onnx-suite/case-file.ts';
import type { Outcome } from '#test/onnx-suite/outcome.ts';
import { castTensor, inFloats } from '#test/onnx-suite/precision.ts';
import { Session, type Values } from '#test/onnx-suite/session.ts';

/** Codes with which the compiler says that a gradient cannot be had, as against going wrong. */
const refusals: ReadonlySet<string> = new Set(['compile.not-differentiable', 'model.size-depends-on-data']);

type Verdict = Omit<Outcome, 'name' | 'operator'>;

/** @param onRuns told as soon as the runtime is known to run the case's own model */
export async function checkCase(folder: string, name: string, onRuns: () => void): Promise<Outcome> {
  const operator = operatorOf(folder, name);
  try {
    return { name, operator, ...(await verdict(readCase(folder, name), onRuns)) };
  } catch (error) {
    if (error instanceof GraftError && (error.code === 'model.not-onnx' || error.code === 'model.opset-unsupported'))
      return { name, operator, kind: 'outside', reason: error.message.replace(/^.*?model\.onnx /, '') };
    return { name, operator, kind: 'failed', reason: words(error) };
  }
}

/** Of an expanded case, which has the body of an operator that is a function, the operator itself. */
function operatorOf(folder: string, name: string): string {
  for (const candidate of [name.replace(/_expanded.*$/, ''), name]) {
    try {
      const { nodes } = readCase(folder, candidate).model.graph;
      return (nodes.find(({ op }) => op !== 'Constant') as Node).op;
    } catch {
      continue;
    }
  }
  return 'unreadable';
}

async function verdict(file: CaseFile, onRuns: () => void): Promise<Verdict> {
  const { graph } = file.opened;
  const outside = (reason: string): Verdict => ({ kind: 'outside', reason });
  const foreign = allNodes(graph).find(({ domain }) => domain !== '' && domain !== 'com.microsoft');
  if (foreign) return outside(`of the domain ${foreign.domain}`);
  if (!allNodes(graph).some(({ op, domain }) => operatorEntry(op, domain).kind !== 'stop'))
    return outside('no operator in it carries a gradient');
  if (graph.inputs.some((input) => !file.values.has(input.name)))
    return outside('an input is no tensor, or one of a type that Graft does not read');
  const floats = graph.inputs.filter(({ dtype }) => isFloat(dtype)).map(({ name }) => name);
  if (floats.length === 0) return outside('no float input');
  const outputs = graph.outputs.filter((output) => output.unknown !== 'type' && isFloat(output.dtype));
  if (outputs.length === 0) return outside('no float output');
  const wrt = floats.filter((name) => isDifferentiated(graph, name));
  if (wrt.length === 0) return outside('no input of it carries a gradient');

  const runnable = await runnableForm(
    file,
    outputs.map(({ name }) => name),
  );
  if (typeof runnable === 'string') return { kind: 'not run', reason: runnable };
  if (runnable.isRandom) return outside('it draws at random');
  onRuns();
  const stopped = floats.filter((name) => !wrt.includes(name));
  const found: Verdict = { kind: 'passed', ...(stopped.length > 0 ? { stopped } : {}) };
  const subject: Subject = { ...runnable, wrt };
  const constant = [...subject.values.keys()].filter((name) => !wrt.includes(name));
  for (const { name: of } of outputs) {
    const moved = wrt.filter((input) => descendants(graph, [input]).has(of));
    if (moved.length === 0) continue;
    let gradient = await gradientOf(subject, of, moved);
    if (gradient instanceof Error && constant.length > 0) {
      const again = await gradientOf(fixedExcept(subject, wrt), of, moved);
      if (!(again instanceof Error)) {
        Object.assign(found, { fixed: constant });
        gradient = again;
      }
    }
    if (gradient instanceof Error) {
      const kind = gradient instanceof GraftError && refusals.has(gradient.code) ? 'refused' : 'failed';
      return { ...found, kind, reason: words(gradient) };
    }
    const difference = await compareGradient(subject, gradient, of, moved);
    if (difference !== undefined) return { ...found, kind: 'failed', reason: difference };
  }
  return found;
}

/** Nodes of the graph and of the bodies of its nodes. */
function allNodes(graph: Graph): Node[] {
  return graph.nodes.flatMap((node) => [
    node,
    ...Object.values(node.attributes).flatMap((attribute) =>
      attribute.type === 'graph' ? allNodes(attribute.value) : [],
    ),
  ]);
}

/** Whether the table gives a gradient for the input at any of the places where it is read. */
function isDifferentiated(graph: Graph, name: string): boolean {
  return graph.nodes.some((node) => {
    const entry = operatorEntry(node.op, node.domain);
    if (entry.kind === 'stop') return false;
    if (captured(node).includes(name)) return true;
    const stops = entry.kind === 'refused' ? [] : (entry.stops ?? []);
    return node.inputs.some((input, position) => input === name && !stops.includes(position));
  });
}

/** The model as it is if the runtime runs it, else in float32; or why the runtime does not run it. */
async function runnableForm(
  { model, opened, values, expected }: CaseFile,
  outputs: readonly string[],
): Promise<(Omit<Subject, 'wrt'> & { readonly isRandom: boolean }) | string> {
  const { inputs, outputs: results } = model.graph;
  const halves = [...inputs, ...results].some(({ dtype }) => dtype === 'float16' || dtype === 'bfloat16');
  const single = {
    model: inFloats(model, 'float32'),
    opened: inFloats(opened, 'float32'),
    values: new Map([...values].map(([name, tensor]) => [name, castTensor(tensor, 'float32')])),
  };
  let reason = '';
  for (const form of halves ? [single] : [{ model, opened, values }, single]) {
    try {
      const session = await Session.open(form.model);
      try {
        const found = await session.run(form.values, outputs);
        const other = outputs.find((name) => !agrees(found.get(name), expected.get(name)));
        if (other !== undefined) return `the runtime gives other values of ${other} than the case expects`;
        let isRandom = false;
        // The runtime's first two draws may be the same.
        for (let run = 0; run < 3; run++) {
          const again = await session.run(form.values, outputs);
          isRandom ||= outputs.some((name) => !isSame(found.get(name) as Values, again.get(name) as Values));
        }
        return { ...form, isRandom };
      } finally {
        await session.release();
      }
    } catch (error) {
      reason ||= words(error);
    }
  }
  return reason;
}

function isSame(a: Values, b: Values): boolean {
  return a.data.length === b.data.length && a.data.every((value, index) => Object.is(value, b.data[index]));
}

/** Whether the runtime means what the case means: to the precision of half a float, since some are in halves. */
function agrees(found: Values | undefined, expected: Tensor | undefined): boolean {
  if (!found || !expected) return true;
  const wanted = numbers(expected);
  const size = Math.max(1e-3, ...wanted.filter(Number.isFinite).map(Math.abs));
  return (
    wanted.length === found.data.length &&
    wanted.every((value, index) => {
      const other = found.data[index] as number;
      return Object.is(value, other) || Number.isNaN(value) || !(Math.abs(value - other) > 0.02 * size);
    })
  );
}

async function gradientOf({ opened, values }: Subject, of: string, wrt: readonly string[]): Promise<Model | Error> {
  const inputs = opened.graph.inputs.map(({ name }) => name);
  const inputShapes = new Map(inputs.map((name) => [name, (values.get(name) as Tensor).shape]));
  try {
    return await buildGradientGraph(opened, { of, wrt, inputShapes }, oracle);
  } catch (error) {
    return error as Error;
  }
}

/** The model with all inputs but some as initializers. */
function fixedExcept(subject: Subject, wrt: readonly string[]): Subject {
  const { graph } = subject.opened;
  const fixed = [...subject.values].filter(([name]) => !wrt.includes(name));
  const inputs = graph.inputs.filter(({ name }) => wrt.includes(name));
  const initializers = new Map([...graph.initializers, ...fixed]);
  return { ...subject, opened: { ...subject.opened, graph: { ...graph, inputs, initializers } } };
}

function words(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string;
}
