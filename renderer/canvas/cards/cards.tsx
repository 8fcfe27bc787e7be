/** What each node kind shows on its card: words beside its title, and its one picture or figure with a few numbers. */
import type { ComponentType } from 'react';
import { choiceWords } from '#renderer/ui/choice-words.ts';
import { AugmentCard } from './augment-card.tsx';
import type { CardProps } from './card-props.ts';
import { DataCard, SplitCard } from './data-card.tsx';
import { FreezeCard } from './freeze-card.tsx';
import { BackboneCard, HeadCard } from './model-cards.tsx';
import { NoteCard } from './note-card.tsx';
import { EvaluationCard, ExportCard, TrainingCard } from './result-cards.tsx';
import { LossCard, OptimizerCard, ScheduleCard } from './training-cards.tsx';

type Parameters = CardProps['parameters'];

interface Card {
  readonly Body: ComponentType<CardProps>;
  /** Which of its kind it is: “Optimizer · AdamW”. */
  readonly variant?: (parameters: Parameters) => string;
}

export const cards: Readonly<Record<string, Card>> = {
  'image-folder': { Body: DataCard },
  split: { Body: SplitCard },
  augment: { Body: AugmentCard },
  backbone: { Body: BackboneCard },
  freeze: { Body: FreezeCard },
  head: { Body: HeadCard },
  loss: { Body: LossCard, variant: (parameters) => choiceWords('loss', 'kind', parameters).toLowerCase() },
  optimizer: { Body: OptimizerCard, variant: (parameters) => choiceWords('optimizer', 'kind', parameters) },
  schedule: { Body: ScheduleCard },
  training: { Body: TrainingCard },
  evaluation: { Body: EvaluationCard },
  export: { Body: ExportCard },
  note: { Body: NoteCard },
};
