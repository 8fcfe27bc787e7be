/**
 * Messages between a host's supervisor and the engine process (JSON over the fork channel).
 * Every request gets exactly one reply with its id; run events come unasked, in order, while a run lasts.
 * Paths are absolute: the host resolves what is relative to the document before it asks.
 */
import { correctionsSchema } from '#shared/nodes/corrections.ts';
import { z } from 'zod';
import { problemSchema } from '#shared/messages/schema.ts';
import { backboneFactsSchema, datasetFactsSchema, forecastSchema } from '#shared/nodes/facts.ts';
import { documentSchema } from '#shared/document/model.ts';
import {
  deviceInfoSchema,
  deviceSchema,
  evaluationSchema,
  parityReportSchema,
  predictionOutcomeSchema,
  runEventSchema,
} from '#shared/protocol/run.ts';
import { lookSchema } from '#shared/protocol/look.ts';
import { tuningProgressSchema, tuningReportSchema } from '#shared/protocol/tuning.ts';

const augmentSchema = z.object({
  flip: z.number().min(0).max(1),
  /** Degrees. */
  rotate: z.number().min(0).max(360),
  zoom: z.number().min(1).max(100),
  light: z.number().min(0).max(1),
});

/** Pictures that are shown at a time, and their side in pixels. */
const pathsSchema = z.array(z.string()).max(10_000);
const previewSizeSchema = z.int().min(1).max(2048);

/** A project as the engine takes it: the document, and the folder its relative paths start from. */
const projectSchema = z.object({ document: documentSchema, baseFolder: z.string() });

/** A graph that was written, and what it takes and gives. */
const writtenGraphSchema = z.object({
  file: z.string(),
  bytes: z.number(),
  nodes: z.number(),
  inputs: z.array(z.object({ name: z.string(), dtype: z.string(), shape: z.array(z.number()) })),
  outputs: z.array(z.object({ name: z.string(), dtype: z.string(), shape: z.array(z.number()) })),
});

/** What a training step took: milliseconds, and MiB. */
const benchmarkSchema = z.object({
  device: deviceSchema,
  /** Shape of the input. */
  input: z.array(z.number()),
  steps: z.number(),
  /** More than one where steps are short. */
  stepsPerRun: z.number(),
  /** Steps before the timed ones. */
  warmUp: z.number(),
  ms: z.object({ min: z.number(), median: z.number(), max: z.number() }),
  /** Of every step, those before the timed ones included; null where it is not a finite number. */
  loss: z.array(z.number().nullable()),
  /** Places whose gradient can be written in several ways, how many of them are measured here, and not as usual. */
  tuning: z.object({ places: z.number(), measured: z.number(), unusual: z.number() }),
  /** Of the engine process, from its start. */
  peakRssMiB: z.number(),
  /** Reading the model and building the step, and opening its session. */
  build_ms: z.number(),
  open_ms: z.number(),
});

const namedPicturesSchema = z.object({
  pictures: z.array(z.string()),
  /** Why there are none, or a notice of what is left out of a folder. */
  problem: problemSchema.optional(),
});

/** Arguments and result of every engine procedure. */
export const engineProcedures = {
  devices: { input: z.object({}), output: z.array(deviceInfoSchema) },
  /** Reads the folder and the split; decodes nothing but headers. */
  describeDataset: {
    input: z.object({
      path: z.string(),
      validation: z.number().min(0).max(1),
      test: z.number().min(0).max(1).optional(),
      seed: z.int().nonnegative(),
      limitPerClass: z.int().nonnegative(),
      corrections: correctionsSchema.optional(),
    }),
    output: datasetFactsSchema,
  },
  /** Says what lies at these paths; `together` is a folder that holds several of them as one. Opens few files. */
  look: {
    input: z.object({ paths: z.array(z.string()).min(1).max(10_000), together: z.string().exactOptional() }),
    output: lookSchema,
  },
  describeBackbone: { input: z.object({ path: z.string(), id: z.string() }), output: backboneFactsSchema },
  /** WebP data URLs of square thumbnails, by path; unreadable files are missing from the result. */
  thumbnails: {
    input: z.object({ paths: pathsSchema, size: previewSizeSchema }),
    output: z.record(z.string(), z.string()),
  },
  /** Augmented versions of pictures as WebP data URLs, in the order of the paths. */
  augmentPreviews: {
    input: z.object({
      paths: pathsSchema,
      size: previewSizeSchema,
      seed: z.int().nonnegative(),
      augment: augmentSchema,
    }),
    output: z.array(z.string()),
  },
  forecast: { input: z.object({ ...projectSchema.shape, device: deviceSchema }), output: forecastSchema },
  /** Starts a run and answers when it has started; its progress comes as events. */
  train: {
    input: z.object({ ...projectSchema.shape, device: deviceSchema, runFolder: z.string() }),
    output: z.object({ run: z.string() }),
  },
  resume: { input: z.object({ run: z.string() }), output: z.object({ run: z.string() }) },
  control: {
    input: z.discriminatedUnion('action', [
      z.object({ action: z.literal('pause') }),
      z.object({ action: z.literal('resume') }),
      z.object({ action: z.literal('stop') }),
      /** Factor on the scheduled rate from the next step on, so that the schedule keeps its shape; 1 is the schedule as it is. */
      z.object({ action: z.literal('learning-rate'), factor: z.number().positive() }),
    ]),
    output: z.object({}),
  },
  evaluate: { input: z.object({ run: z.string() }), output: evaluationSchema },
  export: {
    input: z.object({ run: z.string(), file: z.string(), unequal: z.boolean().optional() }),
    output: parityReportSchema,
  },
  /** Inputs are paths of pictures or data URLs; each has its outcome, in their order. */
  predict: {
    input: z.object({ model: z.string(), inputs: z.array(z.string()) }),
    output: z.array(predictionOutcomeSchema),
  },
  /** What each path stands for: a folder for the pictures in it and below, anything else for itself. */
  namedPictures: { input: z.object({ paths: z.array(z.string()) }), output: z.array(namedPicturesSchema) },
  /** Text of one compiler phase, or of all. */
  explain: { input: z.object({ ...projectSchema.shape, phase: z.number().optional() }), output: z.string() },
  /** Writes the gradient graph of any model; `shapes` by input name, for those that the model leaves open. */
  grad: {
    input: z.object({
      path: z.string(),
      of: z.string(),
      wrt: z.array(z.string()),
      shapes: z.record(z.string(), z.array(z.number())),
      file: z.string(),
    }),
    output: writtenGraphSchema,
  },
  /** Writes the training step of any model for a case file. */
  step: { input: z.object({ path: z.string(), casePath: z.string(), file: z.string() }), output: writtenGraphSchema },
  /** Times the training step of any model on random input. */
  bench: {
    input: z.object({
      path: z.string(),
      casePath: z.string(),
      batch: z.int().positive(),
      /** Timed ones. */
      steps: z.int().positive(),
      device: deviceSchema,
    }),
    output: benchmarkSchema,
  },
  /** Measures the ways to write the gradients of a model or a project; its progress comes meanwhile. */
  tune: {
    input: z.object({
      source: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('model'), path: z.string(), casePath: z.string(), batch: z.int().positive() }),
        z.object({ kind: z.literal('project'), ...projectSchema.shape }),
      ]),
      device: deviceSchema,
      /** Whether what is known is measured again. */
      again: z.boolean(),
    }),
    output: tuningReportSchema,
  },
  /** Ends what `tune` does, which answers with what it has. */
  stopTuning: { input: z.object({}), output: z.object({}) },
  stages: { input: z.object({ path: z.string() }), output: backboneFactsSchema.shape.stages },
} as const;

export type EngineProcedure = keyof typeof engineProcedures;
export type EngineInput<Name extends EngineProcedure> = z.infer<(typeof engineProcedures)[Name]['input']>;
export type EngineOutput<Name extends EngineProcedure> = z.infer<(typeof engineProcedures)[Name]['output']>;

export const engineRequestSchema = z.object({
  id: z.number(),
  procedure: z.enum(Object.keys(engineProcedures) as [EngineProcedure, ...EngineProcedure[]]),
  input: z.unknown(),
});

/** What a host says to a process that it no longer needs, before it closes the channel. */
export const leaveMessage = { type: 'leave' } as const;
export const leaveSchema = z.object({ type: z.literal(leaveMessage.type) });

export const engineMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('reply'), id: z.number(), output: z.unknown() }),
  z.object({ type: z.literal('failure'), id: z.number(), problem: problemSchema }),
  /** How far a request has come. */
  z.object({ type: z.literal('progress'), id: z.number(), progress: tuningProgressSchema }),
  /** Events of one loop iteration travel together. */
  z.object({ type: z.literal('events'), run: z.string(), events: z.array(runEventSchema) }),
]);
export type EngineMessage = z.infer<typeof engineMessageSchema>;
