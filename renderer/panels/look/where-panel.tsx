import { Button, TextInput } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { formatBytes, formatPlural } from '#shared/core/format.ts';
import { filesOf, someNamesIn, type DroppedItem } from '#renderer/platform/drop.ts';
import { host } from '#renderer/platform/host.ts';
import { copyAndLook, lookAt, type Landing } from '#renderer/store/bringing.ts';
import { askForPath } from '#renderer/store/interface.ts';
import { reportFailure } from '#renderer/store/project.ts';
import classes from './look.module.css';

/** Largest file that is copied through the window, bytes. */
const largestCopy = 60 * 1024 ** 2;
/** Names inside a folder by which it is told from others of its name. */
const tellingNames = 8;

interface Props {
  readonly items: readonly DroppedItem[];
  readonly landing: Landing;
}

/** A browser keeps paths to itself: they are asked for first, since what is here already needs no copy. */
export function WherePanel({ items, landing }: Props) {
  const [typed, setTyped] = useState('');
  const suggestions = useSuggestions(items);
  const [only] = items.length === 1 ? items : [];
  const here = (folder: string): void => {
    const separator = folder.includes('\\') ? '\\' : '/';
    const base = folder.endsWith(separator) ? folder : folder + separator;
    void lookAt(
      items.map(({ name }) => base + name),
      landing,
    );
  };
  const look = (path: string): void => {
    if (path === '') return;
    if (only) void lookAt([path], landing);
    else here(path);
  };
  const choose = async (): Promise<void> => {
    const isFile = only?.isFolder === false;
    const chosen = await askForPath({
      title: only ? `Where is ${only.name}?` : 'Where are they?',
      mode: isFile ? 'open' : 'folder',
      endings: [],
    });
    if (chosen !== undefined) look(chosen);
  };
  const label = only ? `Path of ${only.name}` : `Folder that holds the ${items.length} of them`;
  return (
    <div className={classes['where']}>
      <p>
        {only ? `“${only.name}” is on this computer: where?` : 'They are on this computer: where?'} A browser does not
        say. What Graft reads where it lies needs no copy, and what changes there is seen.
      </p>
      {suggestions.length > 0 && (
        <ul className={classes['suggestions']} aria-label="Found">
          {suggestions.map((folder) => (
            <li key={folder}>
              <Button
                variant="default"
                justify="flex-start"
                leftSection={<IconFolder size={16} stroke={1.6} aria-hidden="true" />}
                onClick={() => here(folder)}
              >
                {only ? `${folder}/${only.name}` : folder}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form
        className={classes['path']}
        onSubmit={(event) => {
          event.preventDefault();
          look(typed.trim());
        }}
      >
        <TextInput label={label} value={typed} data-autofocus onChange={(event) => setTyped(event.target.value)} />
        <Button variant="default" onClick={() => void choose().catch(reportFailure)}>
          Choose…
        </Button>
        <Button type="submit" disabled={typed.trim() === ''}>
          Look there
        </Button>
      </form>
      <Copying items={items} landing={landing} />
    </div>
  );
}

/** Places where what was dropped is found, with the same names inside. */
function useSuggestions(items: readonly DroppedItem[]): readonly string[] {
  const [folders, setFolders] = useState<readonly string[]>([]);
  useEffect(() => {
    let isCurrent = true;
    const search = async (): Promise<void> => {
      const [first] = items;
      const inside = first ? await someNamesIn(first, tellingNames) : [];
      const found = await host.files.find({ names: items.slice(0, 100).map(({ name }) => name), inside });
      if (isCurrent) setFolders(found.folders);
    };
    search().catch(reportFailure);
    return () => {
      isCurrent = false;
    };
  }, [items]);
  return folders;
}

function Copying({ items, landing }: Props) {
  const [size, setSize] = useState<{ count: number; bytes: number; largest: number }>();
  useEffect(() => {
    let isCurrent = true;
    const measure = async (): Promise<void> => {
      const bytes = (await filesOf(items)).map(({ file }) => file.size);
      const largest = bytes.reduce((most, one) => Math.max(most, one), 0);
      const sum = bytes.reduce((total, one) => total + one, 0);
      if (isCurrent) setSize({ count: bytes.length, bytes: sum, largest });
    };
    measure().catch(reportFailure);
    return () => {
      isCurrent = false;
    };
  }, [items]);
  if (size === undefined) return null;
  const words = `${formatPlural(size.count, 'file')}, ${formatBytes(size.bytes)}`;
  const isTooLarge = size.largest > largestCopy;
  return (
    <div className={classes['copy']}>
      <span>
        {isTooLarge
          ? `It cannot be copied from here: one of its files has more than ${formatBytes(largestCopy)}.`
          : 'A copy goes to Graft’s own folder. It can be removed there later.'}
      </span>
      <Button
        variant="default"
        disabled={isTooLarge || size.count === 0}
        onClick={() => void copyAndLook(items, landing)}
      >
        Copy it instead ({words})
      </Button>
    </div>
  );
}
