/** Every procedure a window can call on its host, over MessagePort (desktop) or WebSocket (browser). */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { documentSchema } from '#shared/document/model.ts';
import { problemSchema } from '#shared/messages/schema.ts';
import { backboneFactsSchema, datasetFactsSchema, factsSchema, forecastSchema } from '#shared/nodes/facts.ts';
import { engineProcedures } from '#shared/protocol/engine.ts';
import { broughtCopySchema, lookSchema, unpackedSchema } from '#shared/protocol/look.ts';
import {
  deviceInfoSchema,
  deviceSchema,
  evaluationSchema,
  parityReportSchema,
  predictionOutcomeSchema,
  runEventSchema,
  runSummarySchema,
} from '#shared/protocol/run.ts';

/** A document with the folder its relative paths start from; '' while it was never saved. */
const openDocumentSchema = z.object({
  document: documentSchema,
  /** Absolute path of the .graft file; '' while never saved. */
  path: z.string(),
  /** Tells what the file holds now from what it holds after any change; '' where there is none. */
  version: z.string(),
  /** True when this came from a recovery file and differs from what is on disk. */
  recovered: z.boolean(),
});

const projectSchema = z.object({ document: documentSchema, path: z.string() });

const entrySchema = z.object({ name: z.string(), path: z.string(), folder: z.boolean(), bytes: z.number() });

export const settingsSchema = z.object({
  theme: z.enum(['auto', 'light', 'dark']),
  device: deviceSchema,
  /** Upper limit of the feature cache on disk, bytes. */
  cacheLimitBytes: z.int().nonnegative(),
  /** Whether the wired example of the first start has been shown. */
  introduced: z.boolean(),
  /** Computers on which projects may have files, in lower case. Asked for on Windows, which signs in to them. */
  trustedComputers: z.array(z.string()),
  /** Whether the desktop program looks for a newer version whenever it starts. */
  updates: z.boolean(),
  /** Keyboard shortcuts changed by the person: action name to shortcut. */
  shortcuts: z.record(z.string(), z.string()),
});
export type Settings = z.infer<typeof settingsSchema>;

/** `open` names a project file; `action` names one of the window's own actions, as the system's menu does. */
const hostRequestSchema = z.discriminatedUnion('request', [
  z.object({ request: z.literal('open'), path: z.string() }),
  z.object({ request: z.literal('action'), action: z.string() }),
]);
export type HostRequest = z.infer<typeof hostRequestSchema>;

const tracesSchema = z.object({ traces: z.array(z.object({ path: z.string(), bytes: z.number() })) });

/** Every failure carries a catalogue problem in the error's data. */
const procedure = oc.errors({ PROBLEM: { data: problemSchema } });

export const contract = {
  app: {
    info: procedure.output(
      z.object({
        version: z.string(),
        host: z.enum(['desktop', 'browser']),
        platform: z.string(),
        home: z.string(),
        /** Where runs, caches and settings are. */
        dataHome: z.string(),
        sample: z.string(),
      }),
    ),
    /** An address that opens one more window of the browser host; null on the desktop. */
    windowAddress: procedure.output(z.object({ address: z.string().nullable() })),
    devices: procedure.output(z.array(deviceInfoSchema)),
    /** What the runtime left on this machine before its telemetry was turned off; deleting answers what is left then. */
    traces: procedure.output(tracesSchema),
    deleteTraces: procedure.output(tracesSchema),
    /** What the host asks of the window: files opened from outside, entries of the system's menu. Never ends. */
    requests: procedure.output(eventIterator(hostRequestSchema)),
    /** Opens a folder in the system's file manager, or a web page in the system's browser. */
    reveal: procedure.input(z.object({ path: z.string() })).output(z.object({})),
  },
  settings: {
    read: procedure.output(settingsSchema),
    write: procedure.input(settingsSchema.partial()).output(settingsSchema),
  },
  files: {
    /** What was brought: what it is, and what can be done with it. Chosen by the person, so also on another computer. */
    look: procedure.input(z.object({ paths: z.array(z.string()).min(1).max(10_000) })).output(lookSchema),
    /** Unpacks a zip file into the data home, or finds where it was; leaving off undoes what was written. */
    unpack: procedure.input(z.object({ path: z.string() })).output(eventIterator(unpackedSchema)),
    /** One folder for several of a class each: the one they are all in, or a new one of links to them. */
    gather: procedure
      .input(z.object({ paths: z.array(z.string()).min(2).max(1000) }))
      .output(z.object({ folder: z.string() })),
    /**
     * Folders in usual places that hold all of these names, and the first of them what is `inside`: a browser window knows
     * what was dropped by name alone.
     */
    find: procedure
      .input(z.object({ names: z.array(z.string()).min(1).max(100), inside: z.array(z.string()).max(20) }))
      .output(z.object({ folders: z.array(z.string()) })),
    /** What the data home holds of what was brought; removing answers what is left. */
    copies: procedure.output(z.object({ copies: z.array(broughtCopySchema) })),
    removeCopy: procedure
      .input(z.object({ path: z.string() }))
      .output(z.object({ copies: z.array(broughtCopySchema) })),
    /**
     * Sub-folders, and files with one of the endings; the in-app file dialog of every host. A path as people paste it:
     * with quotes, `~`, or as a file's address. Of a file's path its folder, and which `file` it was.
     */
    list: procedure.input(z.object({ folder: z.string(), endings: z.array(z.string()) })).output(
      z.object({
        folder: z.string(),
        parent: z.string().nullable(),
        entries: z.array(entrySchema),
        file: z.string().optional(),
      }),
    ),
    /** What the person has chosen may be looked at, also on another computer. */
    trust: procedure.input(z.object({ path: z.string() })).output(z.object({})),
    /**
     * Keeps dropped files of a browser window under the application's data folder; answers the folder.
     * `folder` is its name, or what an earlier call answered to go on with that one. Content is base64.
     */
    upload: procedure
      .input(z.object({ folder: z.string(), files: z.array(z.object({ path: z.string(), content: z.string() })) }))
      .output(z.object({ folder: z.string() })),
  },
  documents: {
    templates: procedure.output(
      z.array(z.object({ id: z.string(), title: z.string(), summary: z.string(), document: documentSchema })),
    ),
    recent: procedure.output(z.array(z.object({ path: z.string(), title: z.string(), modified: z.string() }))),
    open: procedure.input(z.object({ path: z.string() })).output(openDocumentSchema),
    /** A document from pasted or dropped text of a .graft file, migrated and validated. */
    parse: procedure.input(z.object({ text: z.string(), name: z.string() })).output(openDocumentSchema),
    /**
     * `over` is the version that may be replaced: '' where nothing is expected, absent for whatever there is. Otherwise
     * the answer is `document.exists` or `document.changed-elsewhere`.
     */
    save: procedure
      .input(z.object({ ...projectSchema.shape, over: z.string().optional() }))
      .output(z.object({ path: z.string(), version: z.string(), document: documentSchema })),
    /** Keeps unsaved work outside the person's file. `key` is the path, or an id of a never-saved document. */
    keepRecovery: procedure.input(z.object({ key: z.string(), ...projectSchema.shape })).output(z.object({})),
    dropRecovery: procedure.input(z.object({ key: z.string() })).output(z.object({})),
    recoveries: procedure.output(
      z.array(
        z.object({ key: z.string(), title: z.string(), path: z.string(), saved: z.string(), document: documentSchema }),
      ),
    ),
  },
  data: {
    /** Facts on the data folder and backbone a document names; problems instead of failures. */
    facts: procedure.input(projectSchema).output(factsSchema),
    dataset: procedure.input(engineProcedures.describeDataset.input).output(datasetFactsSchema),
    backbone: procedure.input(z.object({ model: z.string(), path: z.string() })).output(backboneFactsSchema),
    thumbnails: procedure.input(engineProcedures.thumbnails.input).output(engineProcedures.thumbnails.output),
    augmentPreviews: procedure.input(engineProcedures.augmentPreviews.input).output(z.array(z.string())),
    forecast: procedure.input(z.object({ ...projectSchema.shape, device: deviceSchema })).output(forecastSchema),
  },
  runs: {
    start: procedure
      .input(z.object({ ...projectSchema.shape, device: deviceSchema }))
      .output(z.object({ run: z.string() })),
    resume: procedure.input(z.object({ run: z.string() })).output(z.object({ run: z.string() })),
    control: procedure.input(engineProcedures.control.input).output(z.object({})),
    /** Everything a run has said so far, then what it says next; ends after `done` or `error`. Batches keep the channel quiet. */
    watch: procedure.input(z.object({ run: z.string() })).output(eventIterator(z.array(runEventSchema))),
    /** The run in progress, if any. */
    current: procedure.output(z.object({ run: z.string().nullable() })),
    list: procedure.output(z.array(runSummarySchema)),
    /** '' takes the name away. */
    rename: procedure.input(z.object({ run: z.string(), name: z.string().max(200) })).output(z.object({})),
    /** Moves a run to the bin; answers where it is there, for `putBack`. */
    remove: procedure.input(z.object({ run: z.string() })).output(z.object({ binned: z.string() })),
    putBack: procedure.input(z.object({ binned: z.string() })).output(z.object({ run: z.string() })),
    bin: procedure.output(z.object({ runs: z.number(), bytes: z.number() })),
    emptyBin: procedure.output(z.object({})),
    /** The document a run was started with, its paths absolute. */
    document: procedure.input(z.object({ run: z.string() })).output(z.object({ document: documentSchema })),
    evaluation: procedure.input(z.object({ run: z.string() })).output(evaluationSchema),
    /**
     * Unless `replace` is set, a file that is there stays: `export.file-exists`. Unless `unequal` is, one that answers
     * otherwise than the trained model is not kept: `export.parity-failed`.
     */
    export: procedure
      .input(
        z.object({
          run: z.string(),
          file: z.string(),
          replace: z.boolean().default(true),
          unequal: z.boolean().default(false),
        }),
      )
      .output(parityReportSchema),
    predict: procedure
      .input(z.object({ run: z.string(), inputs: z.array(z.string()) }))
      .output(z.array(predictionOutcomeSchema)),
  },
};
