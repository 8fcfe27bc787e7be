import { Button, Group } from '@mantine/core';
import { useMemo } from 'react';
import { formatCount } from '#shared/core/format.ts';
import { problem } from '#shared/messages/error.ts';
import { leftOutRemarks } from '#shared/nodes/dataset-remarks.ts';
import type { Look } from '#shared/protocol/look.ts';
import { Thumbnails } from '#renderer/canvas/cards/card-parts.tsx';
import { stopBringing, type Found } from '#renderer/store/bringing.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { useThumbnails } from '#renderer/store/thumbnails.ts';
import { offersFor, type LookAction } from './actions.ts';
import classes from './look.module.css';

/** Names in a line; all others are counted. */
const named = 12;
const thumbnailColumns = 6;

/** The answer: a sentence, a few pictures, what is counted and left out, and buttons for what can be done. */
export function FoundPanel({ found }: { readonly found: Found }) {
  const { look } = found;
  const offers = offersFor[look.kind](found);
  const perform = (action: LookAction): void => {
    stopBringing();
    void action.perform().catch(reportFailure);
  };
  return (
    <div className={classes['found']}>
      <p className={classes['title']} role="status">
        {look.title}.
      </p>
      <Examples paths={look.examples} />
      <dl className={classes['facts']}>
        {factsOf(look).map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      {look.more && <p className={classes['note']}>There is more than was looked at; the counts are of what was.</p>}
      <LeftOut look={look} />
      <Group justify="flex-end" gap="sm" mt="md">
        <Button variant="subtle" color="gray" onClick={stopBringing}>
          {offers.length === 0 ? 'Close' : 'Cancel'}
        </Button>
        {offers.toReversed().map((action) => (
          <Button
            key={action.name}
            variant={action === offers[0] ? 'filled' : 'default'}
            {...(action === offers[0] ? { 'data-autofocus': true } : {})}
            onClick={() => perform(action)}
          >
            {action.label}
          </Button>
        ))}
      </Group>
    </div>
  );
}

function Examples({ paths }: { readonly paths: readonly string[] }) {
  const shown = useMemo(() => paths.slice(0, 2 * thumbnailColumns), [paths]);
  const images = useThumbnails(shown);
  if (shown.length === 0) return null;
  return (
    <Thumbnails
      images={shown.map((path) => images.get(path))}
      columns={thumbnailColumns}
      label="Some of the pictures"
    />
  );
}

function factsOf({ counts, parts, classes: names, columns }: Look): [string, string][] {
  const list = (words: readonly string[]): string =>
    words.length <= named ? words.join(', ') : `${words.slice(0, named).join(', ')} and ${words.length - named} more`;
  const facts: [string, string][] = [
    ['In it', list(counts.map(({ what, count }) => `${formatCount(count)} ${what}`))],
    ['Parts', list(Object.entries(parts).map(([part, count]) => `${part} ${formatCount(count)}`))],
    ['Classes', list(names)],
    ['Columns', list(columns)],
  ];
  return facts.filter(([, words]) => words !== '');
}

/** Each sort of thing that takes no part, in a sentence with its count. */
function LeftOut({ look }: { readonly look: Look }) {
  const isUsed = look.samples > 0;
  if (!isUsed || look.left_out.length === 0) return null;
  return (
    <ul className={classes['leftOut']} aria-label="Left out">
      {leftOutRemarks(look.left_out).map(({ code, details }, index) => (
        <li key={index}>{problem(code, details).message}</li>
      ))}
    </ul>
  );
}
