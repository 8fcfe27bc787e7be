import { ActionIcon, Button, Group, Modal, TextInput, UnstyledButton } from '@mantine/core';
import { IconArrowUp, IconFile, IconFolder, IconHome } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { formatBytes } from '#shared/core/format.ts';
import { host, problemOf, type Host } from '#renderer/platform/host.ts';
import type { FileRequest } from '#renderer/store/interface.ts';
import classes from './file-dialog.module.css';

type Listing = Awaited<ReturnType<Host['files']['list']>>;
type Entry = Listing['entries'][number];

/** Folder of the last choice in this window. */
let lastFolder = '';

function joinPath(folder: string, name: string): string {
  const separator = folder.includes('\\') ? '\\' : '/';
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}

function withEnding(name: string, endings: readonly string[]): string {
  const [usual] = endings;
  return usual === undefined || endings.some((ending) => name.toLowerCase().endsWith(ending)) ? name : name + usual;
}

const verbs = { folder: 'Use this folder', open: 'Open', save: 'Save' };

/** Files and folders of the machine Graft runs on, which need not be the one the window is on. */
export function FileDialog({ request }: { readonly request: FileRequest }) {
  const [listing, setListing] = useState<Listing>();
  const [error, setError] = useState<string>();
  const [name, setName] = useState(request.suggestedName ?? '');
  const [chosen, setChosen] = useState<string>();

  const go = useCallback(
    async (folder: string): Promise<void> => {
      try {
        const next = await host.files.list({ folder, endings: [...request.endings] });
        setListing(next);
        setChosen(undefined);
        setError(undefined);
      } catch (thrown) {
        if (folder !== '') return setError(problemOf(thrown).message);
      }
    },
    [request],
  );
  useEffect(() => {
    void go(request.startFolder ?? lastFolder).then(() => undefined);
  }, [go, request]);

  const finish = (path: string | undefined): void => {
    if (path !== undefined && listing !== undefined) lastFolder = listing.folder;
    request.answer(path);
  };
  const accept = (): void => {
    if (listing === undefined) return;
    if (request.mode === 'folder') finish(chosen ?? listing.folder);
    else if (request.mode === 'save') finish(joinPath(listing.folder, withEnding(name.trim(), request.endings)));
    else finish(chosen);
  };
  const open = (entry: Entry): void => {
    if (entry.folder) void go(entry.path);
    else if (request.mode === 'open') finish(entry.path);
    else setName(entry.name);
  };
  const ready = request.mode === 'folder' || (request.mode === 'save' ? name.trim() !== '' : chosen !== undefined);

  return (
    <Modal opened onClose={() => finish(undefined)} title={request.title} size="lg">
      <div className={classes['where']}>
        <ActionIcon variant="default" size={30} aria-label="Home folder" onClick={() => void go('')}>
          <IconHome size={16} stroke={1.6} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size={30}
          aria-label="Folder above"
          disabled={listing?.parent == null}
          onClick={() => listing?.parent != null && void go(listing.parent)}
        >
          <IconArrowUp size={16} stroke={1.6} />
        </ActionIcon>
        <FolderInput folder={listing?.folder ?? ''} onGo={(folder) => void go(folder)} />
      </div>
      {error !== undefined && <p className={classes['error']}>{error}</p>}
      <ul className={classes['entries']} aria-label="Files and folders">
        {(listing?.entries ?? []).map((entry) => (
          <li key={entry.path}>
            <UnstyledButton
              className={classes['entry']}
              aria-pressed={chosen === entry.path}
              onClick={() => {
                if (entry.folder === (request.mode === 'folder')) setChosen(entry.path);
                if (!entry.folder && request.mode === 'save') setName(entry.name);
                if (entry.folder && request.mode !== 'folder') void go(entry.path);
              }}
              onDoubleClick={() => open(entry)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                open(entry);
              }}
            >
              {entry.folder ? <IconFolder size={16} stroke={1.6} /> : <IconFile size={16} stroke={1.6} />}
              <span className={classes['name']}>{entry.name}</span>
              {!entry.folder && <span className={classes['bytes']}>{formatBytes(entry.bytes)}</span>}
            </UnstyledButton>
          </li>
        ))}
        {listing?.entries.length === 0 && <li className={classes['nothing']}>Nothing to choose in this folder.</li>}
      </ul>
      {request.mode === 'save' && (
        <TextInput
          label="File name"
          mt="sm"
          value={name}
          data-autofocus
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && ready && accept()}
        />
      )}
      <Group justify="flex-end" gap="sm" mt="md">
        <Button variant="subtle" color="gray" onClick={() => finish(undefined)}>
          Cancel
        </Button>
        <Button disabled={!ready} onClick={accept}>
          {verbs[request.mode]}
        </Button>
      </Group>
    </Modal>
  );
}

function FolderInput({ folder, onGo }: { readonly folder: string; readonly onGo: (folder: string) => void }) {
  const [typed, setTyped] = useState<string>();
  return (
    <TextInput
      className={classes['path'] ?? ''}
      aria-label="Folder"
      value={typed ?? folder}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={() => setTyped(undefined)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        onGo(typed ?? folder);
        setTyped(undefined);
      }}
    />
  );
}
