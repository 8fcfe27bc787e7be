import type { ErrorCode } from './catalogue.ts';

/** Problems that are only told: training goes on without the part they name. */
const notices: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'data.image-unreadable',
  'data.deep-numbers',
  'data.corrected',
  'data.corrections-idle',
  'data.files-not-read',
  'data.folder-without-pictures',
  'data.links-not-followed',
  'data.links-broken',
  'data.pictures-without-class',
  'data.folder-beside',
  'data.twins',
  'data.test-class-unknown',
  'data.not-unpacked',
  'data.class-missing',
  'data.class-doubtful',
  'model.inference-mode',
  'model.dequantized',
  'model.widened',
  'model.input-adapted',
  'model.range-unknown',
  'export.unequal',
  'run.checkpoint-damaged',
  'run.checkpoint-older',
  'run.best-lost',
  'run.metrics-damaged',
  'cache.damaged',
  'cache.not-kept',
  'cache.tuning-unreadable',
  'predict.files-left-out',
]);

export function isNotice({ code }: { readonly code: ErrorCode }): boolean {
  return notices.has(code);
}
