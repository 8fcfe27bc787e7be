/**
 * What is known of the outside world while a graph is edited: the data folder and the backbone file.
 * Gathered by the host, never stored in the document.
 */
import { z } from 'zod';
import { problemSchema } from '#shared/messages/schema.ts';

/** Why something in a data folder takes no part. */
const leftOutReasons = [
  /** Files that are not read, by their ending. */
  'ending',
  /** Files of a class folder that holds pictures of other formats alone, by the class. */
  'foreign-class',
  /** Files of a folder among the class folders without any picture. */
  'no-class',
  /** Links to what is in the folder without them, or holds it. */
  'link-again',
  /** Links that lead nowhere. */
  'link-nowhere',
  /** Pictures that lie beside the class folders. */
  'loose',
  /** A folder beside the parts of the dataset. */
  'beside',
  /** A picture that is there twice, under one name in two forms of Unicode. */
  'twin',
  /** A class of the test part that training lacks. */
  'unknown-class',
  /** Entries of an archive that are links, encrypted, there twice, or under names that are no plain ones, by the archive. */
  'not-unpacked',
] as const;
export const leftOutSchema = z.object({
  why: z.enum(leftOutReasons),
  /** The ending; else a path relative to the folder, of the first of them; else the class. */
  what: z.string(),
  count: z.number(),
});
export type LeftOut = z.infer<typeof leftOutSchema>;

export const datasetFactsSchema = z.object({
  /** Absolute folder. */
  path: z.string(),
  /** Class names in label order, with pictures in each part. */
  classes: z.array(z.object({ name: z.string(), train: z.number(), validation: z.number(), test: z.number() })),
  train: z.number(),
  validation: z.number(),
  /** Pictures of a part that is kept for the end; 0 where there is none. */
  test: z.number(),
  /** `folders`: the folder has train/ and validation/ of its own; `fraction`: a seeded, stratified part. */
  splitBy: z.enum(['folders', 'fraction']),
  /** Where the test part comes from. */
  testBy: z.enum(['folders', 'fraction', 'none']),
  /** Absolute paths of a few pictures, one class after another, for the node's picture. */
  examples: z.array(z.object({ path: z.string(), label: z.number() })),
  /** Pictures left out, with why. */
  unreadable: z.array(z.object({ path: z.string(), reason: z.string() })),
  /** Classes of which no file begins as a picture does, by the part in which that is so. */
  unlikely: z.array(z.object({ class: z.string(), part: z.enum(['train', 'validation']), count: z.number() })),
  /** Pictures that a person took for another class or left out, and what was said of pictures that are not there. */
  corrected: z.object({ moved: z.number(), leftOut: z.number(), idle: z.number() }),
  /** Of the examples whose numbers have more than 8 bits, the number that is taken for white, with how many of them. */
  ranges: z.array(z.object({ white: z.number(), count: z.number() })),
  /** What lies in the folder and takes no part, with how many files. */
  leftOut: z.array(leftOutSchema),
  /** Hash over every picture's relative path, size and modification time. */
  fingerprint: z.string(),
});
export type DatasetFacts = z.infer<typeof datasetFactsSchema>;

/** A place a freeze line can stand: “frozen up to and including everything before this stage”. */
const stageSchema = z.object({
  stage: z.string(),
  /** The single tensor that carries the flow into the stage. */
  tensor: z.string(),
  /** Its shape for one sample, without the batch dimension. */
  shape: z.array(z.number()),
  parametersBelow: z.number(),
  parametersAbove: z.number(),
  /** Whether everything from here on can be differentiated; otherwise the operator that cannot. */
  blockedBy: z.string().optional(),
});
export type Stage = z.infer<typeof stageSchema>;

export const backboneFactsSchema = z.object({
  /** A built-in backbone's id, or an absolute path. */
  id: z.string(),
  title: z.string(),
  /** SHA-256 of the model file. */
  hash: z.string(),
  /** Channels, height, width. */
  input: z.tuple([z.number(), z.number(), z.number()]),
  inputName: z.string(),
  featureTensor: z.string(),
  /** Shape of the feature tensor for one sample. */
  features: z.array(z.number()),
  parameters: z.number(),
  stages: z.array(stageSchema),
  opset: z.number(),
  /** What had to be done to the file's model: layers taken out of training mode, integer weights, forms of the input. */
  adapted: z
    .object({
      trainingMode: z.number(),
      integers: z.number(),
      halves: z.number(),
      input: z.array(z.enum(['channels-last', 'grey', 'bytes'])),
    })
    .optional(),
  /** The range of colours that the file itself tells; absent where it does not. */
  range: z.enum(['none', 'bytes']).optional(),
  license: z.string().optional(),
  trainedOn: z.string().optional(),
});
export type BackboneFacts = z.infer<typeof backboneFactsSchema>;

/** Measured by a dry run of a few steps. */
export const forecastSchema = z.object({
  secondsPerEpoch: z.number(),
  cacheSeconds: z.number(),
  cacheBytes: z.number(),
  memoryBytes: z.number(),
  cached: z.boolean(),
});
export type Forecast = z.infer<typeof forecastSchema>;

export const factsSchema = z.object({
  dataset: datasetFactsSchema.optional(),
  backbone: backboneFactsSchema.optional(),
  forecast: forecastSchema.optional(),
  /** Problems met while gathering, already naming their node. */
  problems: z.array(problemSchema),
});
export type Facts = z.infer<typeof factsSchema>;

export const noFacts: Facts = { problems: [] };
