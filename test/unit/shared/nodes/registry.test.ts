import { describe, expect, it } from 'vitest';
import type { Recipe } from '#shared/nodes/recipe.ts';
import { socketTypes } from '#shared/nodes/kind.ts';
import { kindByConventionalId, kindOf, nodeKinds } from '#shared/nodes/registry.ts';
import { isShown, parametersOf } from '#shared/nodes/parameters.ts';

describe('the registry of node kinds', () => {
  it('finds kinds by name and by conventional id', () => {
    expect(kindOf('image-folder')?.id).toBe('data');
    expect(kindByConventionalId('data')?.kind).toBe('image-folder');
    expect(kindOf('data')).toBeUndefined();
    expect(kindOf('constructor')).toBeUndefined();
  });

  it('has unique names and ids', () => {
    expect(new Set(nodeKinds.map(({ kind }) => kind)).size).toBe(nodeKinds.length);
    expect(new Set(nodeKinds.map(({ id }) => id)).size).toBe(nodeKinds.length);
  });

  it('lowers to every part of a recipe, each by one kind and naming its node', () => {
    const lowered = nodeKinds.flatMap((kind) => Object.entries(kind.lower(kind.schema.parse({}), `my ${kind.id}`)));
    const expected: readonly (keyof Recipe)[] = [
      'data',
      'split',
      'augment',
      'backbone',
      'freeze',
      'head',
      'loss',
      'optimizer',
      'schedule',
      'training',
      'evaluation',
      'export',
    ];
    expect(lowered.map(([part]) => part)).toEqual(expected);
    for (const [part, value] of lowered) expect(value).toMatchObject({ node: `my ${part}` });
  });

  it('gives every socket type a way in and a way out', () => {
    for (const type of socketTypes) {
      expect(nodeKinds.some(({ inputs }) => inputs.some((port) => port.type === type))).toBe(true);
      expect(nodeKinds.some(({ outputs }) => outputs.some((port) => port.type === type))).toBe(true);
    }
  });
});

describe.each(nodeKinds)('the kind $kind', (kind) => {
  it('speaks in sentences', () => {
    expect(kind.summary).toMatch(/^\p{Lu}.*\.$/u);
    expect(kind.help.split(/\s+/u).length).toBeGreaterThan(20);
    expect(kind.help).toMatch(/[.]$/u);
    expect(kind.synonyms.length).toBeGreaterThan(4);
  });

  it('has port names of its own on each side', () => {
    for (const ports of [kind.inputs, kind.outputs]) {
      expect(new Set(ports.map(({ name }) => name)).size).toBe(ports.length);
    }
  });

  it('describes every parameter for the inspector', () => {
    for (const { name, meta } of parametersOf(kind)) {
      expect(meta.title, name).toMatch(/^\p{Lu}/u);
      expect(meta.help, name).toMatch(/\.$/u);
    }
  });

  it('labels every choice', () => {
    const choices = parametersOf(kind).flatMap(({ meta, type }) => (type.type === 'choice' ? [{ meta, type }] : []));
    for (const { meta, type } of choices) expect(Object.keys(meta.labels ?? {})).toEqual(type.values);
  });

  it('says of every choice what it means, or of none', () => {
    for (const { name, meta, type } of parametersOf(kind)) {
      if (type.type !== 'choice' || meta.meanings === undefined) continue;
      expect(Object.keys(meta.meanings), name).toEqual(type.values);
      for (const sentence of Object.values(meta.meanings)) expect(sentence, name).toMatch(/^\p{Lu}.*\.$/u);
    }
  });

  it('bounds every number, and from above zero where its slider is logarithmic', () => {
    const numbers = parametersOf(kind).flatMap(({ name, meta, type }) =>
      type.type === 'number' ? [{ name, lowest: meta.control === 'log' ? Number.MIN_VALUE : -1e9, ...type }] : [],
    );
    for (const { name, lowest, minimum, maximum } of numbers) {
      expect(minimum, name).toBeGreaterThanOrEqual(lowest);
      expect(maximum, name).toBeLessThan(Infinity);
    }
  });

  it('hides parameters only behind values that exist', () => {
    const parameters = parametersOf(kind);
    for (const { meta } of parameters) {
      if (!meta.when) continue;
      const other = parameters.find(({ name }) => name === meta.when?.parameter);
      expect(other).toBeDefined();
      for (const value of meta.when.is) expect(other?.schema.safeParse(value).success).toBe(true);
    }
  });

  it('takes its own defaults', () => {
    const defaults = kind.schema.parse({});
    expect(kind.schema.parse(defaults)).toEqual(defaults);
  });
});

describe('isShown', () => {
  it('follows the other parameter', () => {
    const momentum = parametersOf(kindOf('optimizer')!).find(({ name }) => name === 'momentum')!;
    expect(isShown(momentum, { kind: 'sgd' })).toBe(true);
    expect(isShown(momentum, { kind: 'adamw' })).toBe(false);
  });
});
