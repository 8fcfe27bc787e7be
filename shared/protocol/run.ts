/** What a run says of itself: the events of `train --json`, shared by every host. Field names are stable. */
import { z } from 'zod';
import { problemSchema } from '#shared/messages/schema.ts';
import { tuningProgressSchema } from '#shared/protocol/tuning.ts';

/** In a run's folder: what is asked of a run whose host has gone. */
export const ordersFile = 'order.json';

const metricsSchema = z.object({ loss: z.number(), accuracy: z.number() });
export type Metrics = z.infer<typeof metricsSchema>;

export const runEventSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('plan'),
    run: z.string(),
    task: z.string(),
    classes: z.array(z.string()),
    /** Runs of earlier versions had no test part. */
    samples: z.object({ train: z.number(), validation: z.number(), test: z.number().optional() }),
    parameters: z.object({ trainable: z.number(), frozen: z.number() }),
    device: z.string(),
    cached: z.boolean(),
    epochs: z.number(),
    stepsPerEpoch: z.number(),
    /** One sentence: what runs once, what runs every step. */
    summary: z.string(),
    /** Pictures left out, with why. */
    unreadable: z.array(z.object({ path: z.string(), reason: z.string() })),
  }),
  /** Pictures whose frozen features are computed so far. */
  z.object({ event: z.literal('cache'), done: z.number(), total: z.number(), secondsLeft: z.number() }),
  /** Gradients of which it is measured so far how they are written fastest on this machine. */
  z.object({ event: z.literal('tuning'), ...tuningProgressSchema.shape }),
  /** One training step; `accuracy` is over its batch. Steps of one in-runtime loop arrive together. */
  z.object({
    event: z.literal('step'),
    step: z.number(),
    epoch: z.number(),
    loss: z.number(),
    lr: z.number(),
    accuracy: z.number(),
  }),
  z.object({
    event: z.literal('epoch'),
    /** From 1. */
    epoch: z.number(),
    train: metricsSchema,
    validation: metricsSchema,
    /** Of its steps; the look at the validation split comes on top. */
    seconds: z.number(),
    /** How much of `seconds` steps waited for rows or pictures. Runs of earlier versions do not say. */
    dataWaitSeconds: z.number().optional(),
    samplesPerSecond: z.number(),
    secondsLeft: z.number(),
    best: z.boolean(),
  }),
  z.object({ event: z.literal('state'), state: z.enum(['running', 'paused', 'stopping', 'evaluating']) }),
  /** The best model on the part that is kept for the end, where the data has one. */
  z.object({
    event: z.literal('test'),
    loss: z.number(),
    accuracy: z.number(),
    macroF1: z.number(),
    samples: z.number(),
  }),
  /** Something worth saying that does not end the run. */
  z.object({ event: z.literal('warning'), ...problemSchema.shape }),
  z.object({
    event: z.literal('done'),
    run: z.string(),
    reason: z.enum(['epochs', 'early-stop', 'loss-threshold', 'stopped']),
    best: z.object({ epoch: z.number(), loss: z.number(), accuracy: z.number() }),
    /** Absolute path of the trained model. */
    model: z.string(),
    seconds: z.number(),
  }),
  z.object({ event: z.literal('error'), ...problemSchema.shape }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;

export const devices = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export const deviceSchema = z.enum(devices);
export type Device = z.infer<typeof deviceSchema>;

export const deviceInfoSchema = z.object({
  device: deviceSchema,
  /** Human name: the adapter's, or the processor's with its cores. */
  name: z.string(),
  available: z.boolean(),
  /** Why not, when not. */
  reason: z.string().optional(),
  memoryBytes: z.number().optional(),
  /** Whether `auto` means this one. */
  preferred: z.boolean(),
});
export type DeviceInfo = z.infer<typeof deviceInfoSchema>;

/** Of a part of the data that is looked at once, when the training is over. */
const testEvaluationSchema = z.object({
  loss: z.number(),
  accuracy: z.number(),
  /** Half the width of the 95 % Wilson interval of the accuracy. */
  accuracyMargin: z.number(),
  macroF1: z.number(),
  /** Pictures that could be read. */
  samples: z.number(),
});
export type TestEvaluation = z.infer<typeof testEvaluationSchema>;

/** `evaluation.json` of a run: the best model on the validation split. */
export const evaluationSchema = z.object({
  classes: z.array(z.string()),
  loss: z.number(),
  accuracy: z.number(),
  /** Half the width of the 95 % Wilson interval of the accuracy. */
  accuracyMargin: z.number(),
  macroF1: z.number(),
  /** Rows are true classes, columns predictions. */
  confusion: z.array(z.array(z.number())),
  perClass: z.array(
    z.object({ name: z.string(), precision: z.number(), recall: z.number(), f1: z.number(), support: z.number() }),
  ),
  /** On the test part, where the data has one. */
  test: testEvaluationSchema.optional(),
  /** Every validation sample, in data order. */
  samples: z.array(
    z.object({ path: z.string(), label: z.number(), predicted: z.number(), confidence: z.number(), loss: z.number() }),
  ),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

export const predictionSchema = z.object({
  input: z.string(),
  label: z.string(),
  probabilities: z.array(z.object({ label: z.string(), probability: z.number() })),
  milliseconds: z.number(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** What becomes of a picture: an answer, or the reason why there is none. */
export const predictionOutcomeSchema = z.union([
  predictionSchema,
  z.object({ input: predictionSchema.shape.input, problem: problemSchema }),
]);
export type PredictionOutcome = z.infer<typeof predictionOutcomeSchema>;

export const parityReportSchema = z.object({
  model: z.string(),
  samples: z.number(),
  /** Largest |Δlogit| between the exported file in a fresh session and the trained model. */
  maxDifference: z.number(),
  allowed: z.number(),
  passed: z.boolean(),
  bytes: z.number(),
});
export type ParityReport = z.infer<typeof parityReportSchema>;

export const runSummarySchema = z.object({
  /** Absolute folder. */
  run: z.string(),
  title: z.string(),
  /** What the person calls this run, if anything. */
  name: z.string().optional(),
  /** ISO 8601. */
  started: z.string(),
  status: z.enum(['running', 'done', 'interrupted', 'failed']),
  classes: z.number(),
  device: z.string(),
  best: z.object({ epoch: z.number(), loss: z.number(), accuracy: z.number() }).optional(),
  /** What is otherwise than in the run before it of the same project, a phrase each; absent where that is not known. */
  changes: z.array(z.string()).optional(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;
