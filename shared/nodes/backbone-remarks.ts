/** What there is to say of a backbone's file: what was done to it, and what is only taken to be so. */
import { formatPlural } from '#shared/core/format.ts';
import type { ErrorCode } from '#shared/messages/catalogue.ts';
import { isBuiltIn } from '#shared/nodes/built-in-backbones.ts';
import type { BackboneFacts } from '#shared/nodes/facts.ts';

interface Remark {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string | number>>;
}

type Known = Pick<BackboneFacts, 'id' | 'adapted' | 'range'>;

const inputWords: Readonly<Record<NonNullable<Known['adapted']>['input'][number], string>> = {
  'channels-last': 'channels last',
  grey: 'grey, made of red, green and blue as the eye weighs them',
  bytes: 'whole numbers from 0 to 255',
};

export function backboneRemarks(
  { id, adapted, range }: Known,
  { normalization }: { readonly normalization: string },
): Remark[] {
  const { trainingMode = 0, integers = 0, halves = 0, input = [] } = adapted ?? {};
  const isGuessed = normalization === 'auto' && range === undefined && !isBuiltIn(id);
  return [
    ...(trainingMode > 0
      ? [{ code: 'model.inference-mode', details: { path: id, count: trainingMode } } as const]
      : []),
    ...(integers > 0
      ? [{ code: 'model.dequantized', details: { path: id, count: formatPlural(integers, 'place') } } as const]
      : []),
    ...(halves > 0
      ? [{ code: 'model.widened', details: { path: id, count: formatPlural(halves, 'weight') } } as const]
      : []),
    ...(input.length > 0
      ? [
          {
            code: 'model.input-adapted',
            details: { path: id, changes: input.map((change) => inputWords[change]).join(', ') },
          } as const,
        ]
      : []),
    ...(isGuessed
      ? [{ code: 'model.range-unknown', details: { path: id, taken: 'ImageNet’s mean and deviation' } } as const]
      : []),
  ];
}
