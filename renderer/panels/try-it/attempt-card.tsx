import { ActionIcon, Text } from '@mantine/core';
import { IconPhotoOff, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { type Attempt, removeAttempt } from '#renderer/panels/try-it/attempts.ts';
import { formatDuration, formatPercent } from '#shared/core/format.ts';
import { Waiting } from '#renderer/ui/waiting.tsx';
import classes from '#renderer/panels/try-it/try-it.module.css';

const barsShown = 5;

/** One picture and the classes the model thinks likeliest. */
export function AttemptCard({ attempt }: { readonly attempt: Attempt }) {
  const { id, name, picture, answer } = attempt;
  const [undrawable, setUndrawable] = useState(false);
  return (
    <li className={classes['attempt']}>
      <div className={classes['picture']}>
        {picture !== '' && !undrawable ? (
          <img src={picture} alt={name} onError={() => setUndrawable(true)} />
        ) : (
          <IconPhotoOff size={20} aria-label={name} />
        )}
      </div>
      <div className={classes['answer']}>
        {answer.status === 'waiting' && <Waiting>Looking at it…</Waiting>}
        {answer.status === 'failed' && (
          <Text size="sm">
            {answer.problem.message}{' '}
            <Text span inherit c="dimmed">
              {answer.problem.remedy}
            </Text>
          </Text>
        )}
        {answer.status === 'ready' && (
          <ol className={classes['bars']}>
            {answer.prediction.probabilities
              .toSorted((a, b) => b.probability - a.probability)
              .slice(0, barsShown)
              .map(({ label, probability }, rank) => (
                <li key={label} data-first={rank === 0 || undefined}>
                  <span className={classes['label']}>{label}</span>
                  <span className={classes['track']}>
                    <span className={classes['bar']} style={{ width: `${100 * probability}%` }} />
                  </span>
                  <span className={classes['percent']}>{formatPercent(probability)}</span>
                </li>
              ))}
          </ol>
        )}
        <span className={classes['name']}>
          {name}
          {answer.status === 'ready' && ` · ${formatDuration(answer.prediction.milliseconds / 1000)}`}
        </span>
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={20}
        aria-label={`Remove ${name}`}
        onClick={() => removeAttempt(id)}
      >
        <IconX size={12} aria-hidden="true" />
      </ActionIcon>
    </li>
  );
}
