/** Answers the contract's procedures with the services, for windows of every host. */
import { implement, ORPCError, ValidationError } from '@orpc/server';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { templates } from '#shared/document/templates.ts';
import { placeOf, reasonOf } from '#shared/document/reason.ts';
import { problem as problemOf, toProblem, type Problem } from '#shared/messages/error.ts';
import { usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import { contract, type HostRequest } from '#shared/protocol/contract.ts';
import { listCopies, removeCopy } from './copies.ts';
import { listFolder, meantPath } from './files.ts';
import { deleteTraces, findTraces } from './runtime-traces.ts';
import type { Services } from './services.ts';
import { keepUpload } from './uploads.ts';
import { findInUsualPlaces } from './usual-places.ts';

/** What differs between the desktop and the browser host. */
export interface HostShell {
  readonly host: 'desktop' | 'browser';
  /** Shows a file or folder in the file manager, or opens a web page in the browser. */
  readonly reveal: (path: string) => Promise<void>;
  /** An address that opens another window; undefined where a host opens its windows itself. */
  readonly issueAddress?: () => string;
  /** Requests to the window, for as long as the signal stays quiet. */
  readonly requests: (signal?: AbortSignal) => AsyncGenerator<HostRequest, void, void>;
  readonly log: (line: string) => void;
}

export type Router = ReturnType<typeof createRouter>;

export function createRouter(services: Services, shell: HostShell) {
  const { documents, engine, facts, forecasts, recoveries, runs, settings, trusted } = services;
  const host = implement(contract).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      const problem = invalidInput(error) ?? toProblem(error);
      if (problem.code === 'internal.unexpected')
        shell.log(error instanceof Error ? (error.stack ?? '') : String(error));
      throw new ORPCError('PROBLEM', { message: problem.message, data: problem });
    }
  });
  const baseFolder = (path: string): string => (path === '' ? services.home.root : dirname(path));

  return host.router({
    app: {
      info: host.app.info.handler(() => ({
        version: services.program.version,
        host: shell.host,
        platform: process.platform,
        home: homedir(),
        dataHome: services.home.root,
        sample: services.sample,
      })),
      windowAddress: host.app.windowAddress.handler(() => ({ address: shell.issueAddress?.() ?? null })),
      devices: host.app.devices.handler(() => engine.call('assistant', 'devices', {})),
      traces: host.app.traces.handler(async () => ({ traces: await findTraces() })),
      deleteTraces: host.app.deleteTraces.handler(async () => ({ traces: await deleteTraces() })),
      requests: host.app.requests.handler(({ signal }) => shell.requests(signal)),
      reveal: host.app.reveal.handler(async ({ input }) => {
        await shell.reveal(input.path);
        return {};
      }),
    },
    settings: {
      read: host.settings.read.handler(() => settings.read()),
      write: host.settings.write.handler(({ input }) => settings.write(defined(input))),
    },
    files: {
      look: host.files.look.handler(({ input }) => services.looking.look(input.paths)),
      unpack: host.files.unpack.handler(({ input, signal }) => services.looking.unpack(input.path, signal)),
      gather: host.files.gather.handler(async ({ input }) => ({ folder: await services.looking.gather(input.paths) })),
      find: host.files.find.handler(async ({ input }) => ({
        folders: await findInUsualPlaces(homedir(), input.names, input.inside),
      })),
      copies: host.files.copies.handler(async () => ({ copies: await listCopies(services.home) })),
      removeCopy: host.files.removeCopy.handler(async ({ input }) => {
        await removeCopy(services.home, input.path);
        return { copies: await listCopies(services.home) };
      }),
      list: host.files.list.handler(async ({ input }) => {
        const folder = meantPath(input.folder, homedir());
        await trusted.requirePath(folder);
        const listing = await listFolder(folder, input.endings, homedir());
        return { ...listing, entries: [...listing.entries] };
      }),
      trust: host.files.trust.handler(async ({ input }) => {
        await trusted.trust(input.path);
        return {};
      }),
      upload: host.files.upload.handler(async ({ input }) => ({
        folder: await keepUpload(services.home.uploads, input.folder, input.files),
      })),
    },
    documents: {
      templates: host.documents.templates.handler(() =>
        templates.map(({ id, title, summary, build }) => ({
          id,
          title,
          summary,
          document: build({ dataPath: '', backbone: usualBackbone }),
        })),
      ),
      recent: host.documents.recent.handler(() => documents.recent()),
      open: host.documents.open.handler(({ input }) => documents.open(input.path)),
      parse: host.documents.parse.handler(({ input }) => documents.parse(input.text, input.name)),
      save: host.documents.save.handler(({ input }) => documents.save(input.document, input.path, input.over)),
      keepRecovery: host.documents.keepRecovery.handler(async ({ input }) => {
        await recoveries.keep(input.key, input.path, input.document);
        return {};
      }),
      dropRecovery: host.documents.dropRecovery.handler(async ({ input }) => {
        await recoveries.drop(input.key);
        return {};
      }),
      recoveries: host.documents.recoveries.handler(() => recoveries.list()),
    },
    data: {
      facts: host.data.facts.handler(({ input }) => facts.gather(input.document)),
      dataset: host.data.dataset.handler(({ input }) => facts.dataset(input)),
      backbone: host.data.backbone.handler(({ input }) => facts.backbone(input.model, input.path)),
      thumbnails: host.data.thumbnails.handler(({ input }) => engine.call('assistant', 'thumbnails', input)),
      augmentPreviews: host.data.augmentPreviews.handler(({ input }) =>
        engine.call('assistant', 'augmentPreviews', input),
      ),
      forecast: host.data.forecast.handler(({ input: { document, path, device } }) =>
        forecasts.estimate({ document, device, baseFolder: baseFolder(path) }),
      ),
    },
    runs: {
      start: host.runs.start.handler(async ({ input }) => {
        await forecasts.stop();
        return { run: await runs.start(input.document, input.path, input.device) };
      }),
      resume: host.runs.resume.handler(async ({ input }) => ({ run: await runs.resume(input.run) })),
      control: host.runs.control.handler(async ({ input }) => {
        await runs.control(input);
        return {};
      }),
      watch: host.runs.watch.handler(({ input, signal }) => runs.watch(input.run, signal)),
      current: host.runs.current.handler(() => ({ run: runs.current ?? null })),
      list: host.runs.list.handler(() => runs.list()),
      rename: host.runs.rename.handler(async ({ input }) => {
        await runs.rename(input.run, input.name);
        return {};
      }),
      remove: host.runs.remove.handler(async ({ input }) => ({ binned: await runs.remove(input.run) })),
      putBack: host.runs.putBack.handler(async ({ input }) => ({ run: await runs.putBack(input.binned) })),
      bin: host.runs.bin.handler(() => runs.bin()),
      emptyBin: host.runs.emptyBin.handler(async () => {
        await runs.emptyBin();
        return {};
      }),
      document: host.runs.document.handler(async ({ input }) => ({ document: await runs.document(input.run) })),
      evaluation: host.runs.evaluation.handler(({ input }) => runs.evaluation(input.run)),
      export: host.runs.export.handler(({ input }) =>
        runs.export(input.run, input.file, { replace: input.replace, unequal: input.unequal }),
      ),
      predict: host.runs.predict.handler(({ input }) => runs.predict(input.run, input.inputs)),
    },
  });
}

/** What is wrong with a call's input, where that is why it failed. */
function invalidInput(error: unknown): Problem | undefined {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST' || !(error.cause instanceof ValidationError))
    return undefined;
  const [issue] = error.cause.issues as readonly z.core.$ZodIssue[];
  if (!issue) return undefined;
  return problemOf('input.bad-argument', { argument: placeOf(issue.path), reason: reasonOf(issue) });
}

/** A change without the fields that were left out. */
function defined<Value extends object>(value: Value): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };
}
