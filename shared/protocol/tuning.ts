/** What measuring the ways to write gradients says of itself. */
import { z } from 'zod';
import { problemSchema } from '#shared/messages/schema.ts';

export const tuningProgressSchema = z.object({
  /** Places measured so far, and all that are to be. */
  done: z.number(),
  total: z.number(),
  /** Null before anything is known of it. */
  secondsLeft: z.number().nullable(),
});
export type TuningProgress = z.infer<typeof tuningProgressSchema>;

/** One place of a training graph that can be written in several ways. */
const tunedPlaceSchema = z.object({
  /** What is written, and its sizes. */
  operator: z.string(),
  shape: z.string(),
  /** How often the graph has it. */
  count: z.number(),
  usual: z.string(),
  chosen: z.string(),
  /** Milliseconds of each way that ran; absent where nobody has measured. */
  ms: z.record(z.string(), z.number()).optional(),
});

export const tuningReportSchema = z.object({
  device: z.string(),
  /** What the measurements hold for, and where they are kept. */
  machine: z.string(),
  file: z.string(),
  places: z.array(tunedPlaceSchema),
  /** Places measured now, and those that were to be while the machine did too much else. */
  measured: z.number(),
  disturbed: z.number(),
  stopped: z.boolean(),
  seconds: z.number(),
  /** What stood in the way of using or keeping what is known. */
  problems: z.array(problemSchema),
});
export type TuningReport = z.infer<typeof tuningReportSchema>;
