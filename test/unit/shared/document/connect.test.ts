import { describe, expect, it } from 'vitest';
import { canConnect, fittingEndpoints, fittingKinds, splicePorts } from '#shared/document/connect.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { at, graph, project } from '#test/support/documents.ts';

describe('canConnect', () => {
  it('joins matching sockets', () => {
    expect(canConnect(graph(['backbone', 'head']), at('backbone.features'), at('head.features'))).toEqual({ ok: true });
  });

  it('lets a new wire take the place of the old one', () => {
    expect(canConnect(project(), at('backbone.features'), at('head.features'))).toEqual({ ok: true });
  });

  it.each([
    ['data.targets', 'backbone.samples', '“Photos” gives targets here, but “Backbone” takes samples.'],
    ['freeze.features', 'freeze.features', '“Freeze” cannot feed itself.'],
    ['augment.samples', 'split.samples', 'That would close a circle: “Split” already feeds “Augment”.'],
    ['head.features', 'freeze.features', 'A wire leads from an output to an input.'],
    ['nobody.samples', 'split.samples', 'A wire leads from an output to an input.'],
  ])('refuses %s → %s in words', (from, to, reason) => {
    expect(canConnect(project(), at(from), at(to))).toEqual({ ok: false, reason });
  });
});

describe('what fits a loose wire', () => {
  it('lists the sockets that take it', () => {
    expect(fittingEndpoints(project(), at('data.samples'), 'output')).toEqual([
      at('split.samples'),
      at('augment.samples'),
      at('backbone.samples'),
    ]);
  });

  it('lists the sockets that could feed it, except those it feeds itself', () => {
    expect(fittingEndpoints(project(), at('augment.samples'), 'input')).toEqual([
      at('data.samples'),
      at('split.samples'),
    ]);
  });

  it('lists the kinds that can be put at its end', () => {
    expect(fittingKinds('features', 'output').map(({ kind }) => kind)).toEqual(['freeze', 'head']);
    expect(fittingKinds('features', 'input').map(({ kind }) => kind)).toEqual(['backbone', 'freeze']);
  });

  it('knows which kinds pass a type on', () => {
    expect(splicePorts(kindOf('schedule')!, 'update')).toMatchObject({ input: { name: 'update' } });
    expect(splicePorts(kindOf('backbone')!, 'samples')).toBeUndefined();
  });
});
