import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { instantiate, templates } from '#shared/document/templates.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { GraftError } from '#shared/messages/error.ts';
import { builtInIds, isBuiltIn, usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import { backbone as backboneKind, isModelFile } from '#shared/nodes/backbone.ts';
import { exitCodes } from '../exit-code.ts';
import type { Perform, Session } from '../session.ts';

interface Options {
  readonly data?: string;
  readonly backbone: string;
  readonly output?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

export function addNew(program: Command, perform: Perform): void {
  program
    .command('new')
    .description('write a project from a template')
    .argument('[template]', 'name of a template')
    .option('--data <path>', 'folder of pictures, one sub-folder per class')
    .option('--backbone <id|file.onnx>', `built-in backbone (${builtInIds.join(', ')}) or an ONNX file`, usualBackbone)
    .option('-o, --output <file.graft>', 'the project file to write')
    .option('--list', 'name the templates')
    .option('--json', 'JSON lines on standard output')
    .action((template: string | undefined, options: Options) =>
      perform(options, async (session) => {
        if (options.list) {
          for (const { id, title, summary } of templates) {
            session.output.result({ template: id, title, summary }, () => `${id}  ${summary}`);
          }
          return exitCodes.success;
        }
        const created = await createProject(session, template, options);
        session.output.result({ project: created }, () => `wrote ${created}`);
        return exitCodes.success;
      }),
    );
}

async function createProject(session: Session, template: string | undefined, options: Options): Promise<string> {
  const { data, output } = options;
  if (template === undefined) throw missing('TEMPLATE');
  if (data === undefined) throw missing('--data');
  if (output === undefined) throw missing('-o');
  const folder = resolve(data);
  // What a person names is their own choice, also where it is on another computer.
  for (const path of [folder, options.backbone]) await session.services.trusted.trust(path);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new GraftError('data.folder-missing', { path: folder }, 'data');
  const backbone = await chosenBackbone(session, options.backbone);
  const document = instantiate(template, { dataPath: folder, ...backbone });
  const titled = { ...withBackboneHash(document, backbone.hash), title: basename(output, extname(output)) };
  return (await session.services.documents.save(titled, output)).path;
}

interface ChosenBackbone {
  readonly backbone: string;
  readonly hash: string;
  readonly lastStage?: string;
}

/**
 * The model is read, so that it is known to fit and its last stage can be named; of a file the hash is noted. Those that
 * are built in are known to the templates, which saves a start of the engine.
 */
async function chosenBackbone({ services }: Session, model: string): Promise<ChosenBackbone> {
  const { id, path } = services.facts.modelFile(model, '');
  if (isBuiltIn(model) && (await stat(path).catch(() => undefined))?.isFile()) return { backbone: id, hash: '' };
  const { hash, stages } = await services.facts.backbone(model, '');
  const last = stages.at(-1);
  return { backbone: id, hash: isModelFile(model) ? hash : '', ...(last ? { lastStage: last.stage } : {}) };
}

/** Notes which file the project was made with, so that another under the same name is noticed. */
function withBackboneHash(document: GraftDocument, hash: string): GraftDocument {
  return {
    ...document,
    nodes: document.nodes.map((node) =>
      node.kind === backboneKind.kind && hash !== '' ? { ...node, parameters: { ...node.parameters, hash } } : node,
    ),
  };
}

function missing(argument: string): GraftError {
  return new GraftError('input.bad-argument', { argument, reason: 'is required' });
}
