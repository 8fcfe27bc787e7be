import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from '#shared/messages/catalogue.ts';
import { fromProblem, GraftError, problem, toProblem } from '#shared/messages/error.ts';

const families = [
  'data',
  'model',
  'compile',
  'graph',
  'document',
  'files',
  'run',
  'cache',
  'export',
  'predict',
  'program',
  'serve',
  'engine',
  'input',
  'internal',
];
const codes = Object.keys(catalogue) as ErrorCode[];

/** A word for every detail an entry asks for. */
function detailsOf(code: ErrorCode, reason: string): Record<string, string> {
  const details: Record<string, string> = { reason };
  const asking: Record<string, string> = new Proxy(details, {
    get: (_, name) => (details[String(name)] ??= `the ${String(name)}`),
  });
  catalogue[code].message(asking);
  catalogue[code].remedy(asking);
  return details;
}

describe('the catalogue', () => {
  it.each(codes)('%s has a family and a name in kebab case', (code) => {
    const [family = '', name = ''] = code.split('.');
    expect(families).toContain(family);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/u);
  });

  it.each(codes)('%s speaks in whole sentences', (code) => {
    const { message, remedy } = problem(code, detailsOf(code, 'of a reason'));
    expect(message).toMatch(/^\S.*\.\)?$/u);
    expect(remedy).toMatch(/^\p{Lu}.*\.$/u);
    for (const text of [message, remedy]) expect(text).not.toMatch(/undefined|\.\.|\.,|\.\)\./u);
  });

  it.each(codes)('%s says the same of a reason with a period', (code) => {
    expect(problem(code, detailsOf(code, 'of a reason.'))).toEqual(problem(code, detailsOf(code, 'of a reason')));
  });
});

describe('GraftError', () => {
  it('survives the way through its wire form', () => {
    const error = new GraftError('graph.cycle', { title: 'Head' }, 'head');
    const back = fromProblem(JSON.parse(JSON.stringify(toProblem(error))));
    expect(back).toBeInstanceOf(GraftError);
    expect(toProblem(back)).toEqual(toProblem(error));
    expect(back.node).toBe('head');
  });

  it('names no node where there is none', () => {
    expect(problem('graph.no-training')).not.toHaveProperty('node');
  });

  it('says what the system refuses, where nobody had a sentence of their own', () => {
    const loop = Object.assign(new Error("ELOOP: too many symbolic links encountered, stat '/disk/a, b'"), {
      code: 'ELOOP',
      syscall: 'stat',
      path: '/disk/a, b',
    });
    expect(toProblem(loop)).toMatchObject({
      code: 'files.refused',
      message: 'The system refuses /disk/a, b: too many symbolic links encountered.',
    });
    const reading = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
    expect(toProblem(reading).message).toBe('The system refuses a file: i/o error.');
  });

  it('says of a path that no system could take that it is refused', async () => {
    const thrown: unknown = await stat('/disk/a\0b').catch((error: unknown) => error);
    expect(toProblem(thrown)).toMatchObject({
      code: 'files.refused',
      message: 'The system refuses a file: its path holds a null character.',
    });
  });

  it('turns anything else thrown into a fault of the program', () => {
    expect(toProblem(new TypeError('boom'))).toMatchObject({
      code: 'internal.unexpected',
      message: expect.stringContaining('boom'),
    });
    expect(toProblem('text').message).toContain('text');
  });
});
