/**
 * The operator table against the runtime itself: what it registers, found by trying every name that stands in its
 * library, is in the table.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '#shared/ir/graph.ts';
import { encodeModel } from '#shared/onnx/encode.ts';
import { operatorNames, qualifiedName } from '#shared/ops/names.ts';
import { InferenceSession } from '#electron/engine/runtime/onnxruntime.ts';

/** Operator sets by domain: the newest of the runtime, and the last that had what was withdrawn since. */
const sets = [
  { domain: '', opset: 26 },
  { domain: '', opset: 9 },
  { domain: 'com.microsoft', opset: 26 },
] as const;

/** Taken for a constant in any domain. */
const everywhere = new Set(['com.microsoft.Constant']);

/** Everything in the runtime's library that may be an operator's name; short ones are not kept as text. */
function candidates(): Set<string> {
  const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const folder = join(home, 'bin', 'napi-v6', process.platform, process.arch);
  const library = readdirSync(folder).find((name) => /^(?:lib)?onnxruntime\.(?:so|dll|.*dylib)/.test(name)) as string;
  const text = readFileSync(join(folder, library)).toString('latin1');
  const words = text.match(/(?<![A-Za-z0-9])[A-Z][A-Za-z0-9]{3,40}(?:_TRT)?(?![A-Za-z0-9])/g) ?? [];
  return new Set([
    ...words.filter((word) => /[a-z]/.test(word)),
    ...operatorNames.map((name) => name.replace(/^.*\./, '')),
  ]);
}

async function isRegistered(op: string, domain: string, opset: number): Promise<boolean> {
  const node = { name: '', op, domain, inputs: [], outputs: ['y'], attributes: {} };
  const graph = { name: 'g', inputs: [], outputs: [], nodes: [node], initializers: new Map() };
  const model: Model = { graph, opsets: { '': opset, 'com.microsoft': 1 }, irVersion: 8, metadata: {} };
  try {
    const session = await InferenceSession.create(encodeModel(model, ['y']), { logSeverityLevel: 4 });
    await session.release();
    return true;
  } catch (error) {
    return !/No Op registered for|is not a registered function/.test((error as Error).message);
  }
}

/** What the name ends with, from each of its words on: text that is the end of another's is not kept twice. */
function endings(name: string): string[] {
  return [...name.matchAll(/[A-Z]/g)].map(({ index }) => name.slice(index)).filter((ending) => ending.length > 1);
}

async function registered(domain: string, opset: number, names: ReadonlySet<string>): Promise<string[]> {
  const found = new Set<string>();
  for (const name of names) if (await isRegistered(name, domain, opset)) found.add(name);
  for (const ending of new Set([...found].flatMap(endings)))
    if (!names.has(ending) && (await isRegistered(ending, domain, opset))) found.add(ending);
  return [...found].map((name) => qualifiedName(name, domain)).filter((name) => !everywhere.has(name));
}

describe('the operator table', () => {
  const found: string[] = [];

  beforeAll(async () => {
    const names = candidates();
    for (const { domain, opset } of sets) found.push(...(await registered(domain, opset, names)));
  }, 300_000);

  it('has every operator that the runtime registers', () => {
    expect(found.length).toBeGreaterThan(300);
    const named = new Set<string>(operatorNames);
    expect([...new Set(found)].filter((name) => !named.has(name)).toSorted()).toEqual([]);
  });

  it('names none that the runtime does not know', () => {
    const known = new Set(found);
    expect(operatorNames.filter((name) => !known.has(name)).toSorted()).toEqual([]);
  });
});
