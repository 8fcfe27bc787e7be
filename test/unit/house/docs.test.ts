/** The documents that describe the code say what the code says. `npx vitest -u` writes the generated one anew. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { snippets } from '#renderer/panels/results/snippets/snippets.ts';
import { preparation } from '#shared/core/preparation.ts';
import { catalogue, type ErrorCode } from '#shared/messages/catalogue.ts';
import { zones } from '#config/lint/zones.ts';

const docs = join(import.meta.dirname, '../../../docs');

/** Stands for any detail of an error by its own name, so that a sentence can be shown without a case of it. */
const placeholders = new Proxy<Record<string, string>>({}, { get: (_target, name) => `‹${String(name)}›` });

const areas: Record<string, string> = {
  data: 'Photos',
  files: 'Files and folders',
  model: 'Backbone files',
  compile: 'Building the training graph',
  graph: 'The graph on the canvas',
  document: 'Project files',
  run: 'Training',
  engine: 'The engine',
  cache: 'Cached features',
  export: 'Exporting',
  predict: 'Trying a model',
  serve: 'The browser host',
  program: 'The installed program',
  input: 'The command line',
  internal: 'Faults',
};

function errorTable(): string {
  const codes = Object.keys(catalogue) as ErrorCode[];
  const lines = [
    '# Error codes',
    '',
    'Every error Graft reports carries one of these codes, in the window, in the log and in `--json` output.',
    'Words in ‹angle brackets› are filled in with what the error is about. This page is generated from the catalogue.',
  ];
  const areaNames = [...new Set(codes.map((code) => code.split('.')[0]!))];
  for (const area of areaNames) {
    lines.push('', `## ${areas[area] ?? area}`, '', '| code | it says | what to do |', '| --- | --- | --- |');
    for (const code of codes.filter((candidate) => candidate.startsWith(`${area}.`))) {
      const { message, remedy } = catalogue[code];
      lines.push(`| \`${code}\` | ${message(placeholders)} | ${remedy(placeholders)} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

describe('the guide', () => {
  it('lists every error code as the catalogue has it', async () => {
    await expect(errorTable()).toMatchFileSnapshot(join(docs, 'guide/error-codes.md'));
  });

  it('gives every area of codes a heading in words', () => {
    const used = new Set(Object.keys(catalogue).map((code) => code.split('.')[0]));
    expect(new Set(Object.keys(areas))).toEqual(used);
  });
});

describe('exporting.md', () => {
  const text = readFileSync(join(docs, 'guide/exporting.md'), 'utf8');

  it('explains every entry of graft.preprocess, and no other', () => {
    const explained = [...text.matchAll(/^\| `(?<entry>\w+)`/gm)].map(({ groups }) => groups?.['entry']);
    expect(new Set(explained)).toEqual(new Set(Object.keys(preparation([1, 1], 'crop'))));
  });

  it.each(snippets)('has the $name program as the window hands it out', ({ code, needs }) => {
    expect(text).toContain(`\n${code('model.onnx')}\`\`\`\n`);
    expect(text).toContain(`\`${needs}\``);
  });
});

describe('architecture.md', () => {
  const text = readFileSync(join(docs, 'architecture.md'), 'utf8')
    .split('\n## ')
    .find((part) => part.startsWith('Arrows'));

  it.each(zones.filter((zone) => /^(shared|renderer|electron)\b/.test(zone.folder) && !zone.folder.endsWith('.ts')))(
    'draws the arrows of $folder',
    ({ folder, layers }) => {
      const row = text?.split('\n').find((line) => line.replaceAll(' ', '').startsWith(`|\`${folder}\`|`));
      expect(row, `a row for ${folder}`).toBeDefined();
      const [, , imports = ''] = row!.split('|');
      expect(imports.match(/`[^`]+`/g)?.map((name) => name.slice(1, -1)) ?? []).toEqual(layers);
    },
  );
});

describe('docs/decisions', () => {
  const records = readdirSync(join(docs, 'decisions')).filter((name) => /^\d{4}-/.test(name));

  it('numbers its records without gaps', () => {
    expect(records.map((name) => Number(name.slice(0, 4)))).toEqual(records.map((_, index) => index + 1));
  });

  it.each(records)('%s says what was decided, what else was looked at, and what follows', (name) => {
    const headings = readFileSync(join(docs, 'decisions', name), 'utf8').match(/^## .*$/gm);
    // What was measured has a section of its own where there is anything.
    expect(headings?.filter((heading) => heading !== '## Measured')).toEqual([
      '## Context',
      '## Decision',
      '## Alternatives',
      '## Consequences',
    ]);
  });

  it('are all in the index', () => {
    const index = readFileSync(join(docs, 'decisions/README.md'), 'utf8');
    for (const name of records) expect(index).toContain(`](${name})`);
  });
});
