/** A field over a list of choices: type to narrow, arrows to move, Enter to choose, Escape to leave. */
import { IconSearch } from '@tabler/icons-react';
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { formatCount } from '#shared/core/format.ts';
import { rank } from './rank.ts';
import classes from './search-list.module.css';

export interface Choice {
  readonly id: string;
  readonly label: string;
  /** Searched as well, not shown. */
  readonly words?: readonly string[];
  readonly group?: string;
  readonly detail?: string;
  readonly left?: ReactNode;
  readonly right?: ReactNode;
  readonly disabled?: boolean;
}

interface Props {
  readonly label: string;
  readonly placeholder: string;
  readonly choices: readonly Choice[];
  readonly empty: string;
  readonly onChoose: (id: string) => void;
  readonly onClose: () => void;
}

/** Choices that fit what was typed; in groups as given while nothing is typed, best first otherwise. */
function matching(choices: readonly Choice[], query: string): readonly Choice[] {
  if (query.trim() === '') return choices;
  return choices
    .map((choice) => ({ choice, score: rank(query, choice.label, choice.words ?? []) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ choice }) => choice);
}

/** Nobody goes through as many with the arrows, and a browser takes seconds to draw thousands. */
const mostListed = 200;

function keepInView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}

export function SearchList({ label, placeholder, choices, empty, onChoose, onClose }: Props) {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const all = matching(choices, query);
  const found = all.slice(0, mostListed);
  const active = Math.min(at, found.length - 1);

  const choose = (choice: Choice | undefined): void => {
    if (choice && choice.disabled !== true) onChoose(choice.id);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, Tab: event.shiftKey ? -1 : 1 };
    const move = moves[event.key];
    if (move !== undefined && found.length > 0) setAt((active + move + found.length) % found.length);
    else if (event.key === 'Enter') choose(found[active]);
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={classes['root']}>
      <div className={classes['field']}>
        <IconSearch size={14} aria-hidden="true" />
        <input
          autoFocus
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found[active] ? `${listId}-${found[active].id}` : undefined}
          placeholder={placeholder}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className={classes['list']} role="listbox" id={listId} aria-label={label}>
        {found.map((choice, index) => {
          const opensGroup =
            query.trim() === '' && choice.group !== undefined && choice.group !== found[index - 1]?.group;
          return (
            <div key={choice.id} role="presentation">
              {opensGroup && (
                <div className={classes['group']} role="presentation">
                  {choice.group}
                </div>
              )}
              {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the focus stays in the field, whose keys move and choose (aria-activedescendant) */}
              <div
                {...(index === active ? { ref: keepInView } : {})}
                id={`${listId}-${choice.id}`}
                role="option"
                aria-selected={index === active}
                aria-disabled={choice.disabled === true}
                className={classes['choice']}
                onPointerMove={() => setAt(index)}
                onClick={() => choose(choice)}
              >
                {choice.left}
                <span className={classes['label']}>{choice.label}</span>
                {choice.detail !== undefined && <span className={classes['detail']}>{choice.detail}</span>}
                {choice.right}
              </div>
            </div>
          );
        })}
        {found.length === 0 && <div className={classes['empty']}>{empty}</div>}
        {all.length > found.length && (
          <div className={classes['empty']}>
            {formatCount(all.length - found.length)} more: type to narrow them down
          </div>
        )}
      </div>
    </div>
  );
}
