import { ActionIcon, Button, Group, TextInput, UnstyledButton } from '@mantine/core';
import { IconArrowUp, IconFile, IconFolder, IconHome } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { formatBytes } from '#shared/core/format.ts';
import type { Problem } from '#shared/messages/error.ts';
import { host, problemOf, type Host } from '#renderer/platform/host.ts';
import type { FileRequest } from '#renderer/store/interface.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import classes from './file-dialog.module.css';

type Listing = Awaited<ReturnType<Host['files']['list']>>;
type Entry = Listing['entries'][number];

/** Folder of the last choice in this window. */
let lastFolder = '';

function rememberFolder(folder: string): void {
  lastFolder = folder;
}

function joinPath(folder: string, name: string): string {
  const separator = folder.includes('\\') ? '\\' : '/';
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}

function withEnding(name: string, endings: readonly string[]): string {
  const [usual] = endings;
  return usual === undefined || endings.some((ending) => name.toLowerCase().endsWith(ending)) ? name : name + usual;
}

function nameOf(path: string): string {
  return path.replace(/^.*[\\/]/u, '');
}

const emptyWords = {
  folder: 'No folders in this one.',
  open: 'Nothing in this folder that Graft opens here.',
  save: 'No such files in this folder yet.',
};

const verbs = { folder: 'Use this folder', open: 'Open', save: 'Save' };

interface Shown {
  readonly listing: Listing | undefined;
  /** Why the last folder asked for could not be shown; the one before stays. */
  readonly problem: Problem | undefined;
  readonly go: (folder: string) => void;
  /** Shows a folder of another computer that was not to be asked without the person's word. */
  readonly goThere: () => void;
}

/**
 * What is in a folder, beginning with the one the request names or the one used last.
 * @param onFile is told of a file that was asked for in the place of a folder
 */
function useListing(request: FileRequest, onFile: (path: string) => void): Shown {
  // An object, so that asking for the same folder again is another question.
  const [asked, setAsked] = useState({ folder: request.startFolder ?? lastFolder });
  const [shown, setShown] = useState<Pick<Shown, 'listing' | 'problem'>>({ listing: undefined, problem: undefined });
  const show = useEffectEvent((listing: Listing) => {
    setShown({ listing, problem: undefined });
    if (listing.file !== undefined) onFile(listing.file);
  });
  useEffect(() => {
    let current = true;
    host.files.list({ folder: asked.folder, endings: [...request.endings] }).then(
      (listing) => current && show(listing),
      (thrown: unknown) => current && setShown(({ listing }) => ({ listing, problem: problemOf(thrown) })),
    );
    return () => {
      current = false;
    };
  }, [asked, request]);
  const goThere = (): void => {
    host.files.trust({ path: asked.folder }).then(() => setAsked({ ...asked }), reportFailure);
  };
  return { ...shown, go: (folder) => setAsked({ folder }), goThere };
}

/** Files and folders of the machine Graft runs on, which need not be the one the window is on. */
export function FileDialog({ request }: { readonly request: FileRequest }) {
  const [name, setName] = useState(request.suggestedName ?? '');
  const { listing, problem, go, goThere } = useListing(request, (path) => {
    const suits = request.endings.length === 0 || withEnding(path, request.endings) === path;
    if (request.mode === 'open' && suits) request.answer(path);
    else if (request.mode === 'save') setName(nameOf(path));
  });
  const [chosenPath, setChosen] = useState<string>();
  const chosen = listing?.entries.find(({ path }) => path === chosenPath)?.path;

  const pasted = listing?.file;
  const finish = (path: string | undefined): void => {
    if (path !== undefined && listing !== undefined) rememberFolder(listing.folder);
    request.answer(path);
  };
  const accept = (): void => {
    if (listing === undefined) return;
    if (request.mode === 'folder') finish(chosen ?? listing.folder);
    else if (request.mode === 'save') finish(joinPath(listing.folder, withEnding(name.trim(), request.endings)));
    else finish(chosen);
  };
  const open = (entry: Entry): void => {
    if (entry.folder) go(entry.path);
    else if (request.mode === 'open') finish(entry.path);
    else setName(entry.name);
  };
  const ready = request.mode === 'folder' || (request.mode === 'save' ? name.trim() !== '' : chosen !== undefined);

  return (
    <Dialog onClose={() => finish(undefined)} title={request.title} size="lg">
      <div className={classes['where']}>
        <ActionIcon variant="default" size={30} aria-label="Home folder" onClick={() => go('')}>
          <IconHome size={16} stroke={1.6} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size={30}
          aria-label="Folder above"
          disabled={listing?.parent == null}
          onClick={() => listing?.parent != null && go(listing.parent)}
        >
          <IconArrowUp size={16} stroke={1.6} />
        </ActionIcon>
        <FolderInput focused={request.mode !== 'save'} folder={listing?.folder ?? ''} onGo={(folder) => go(folder)} />
      </div>
      {problem !== undefined && (
        <div className={classes['error']} role="alert">
          {problem.message}
          {problem.code === 'files.network-path' && (
            <Button variant="default" size="compact-xs" ml="xs" onClick={goThere}>
              Look there all the same
            </Button>
          )}
        </div>
      )}
      {pasted !== undefined && request.mode !== 'save' && (
        <div className={classes['error']} role="status">
          {nameOf(pasted)} is a file{request.mode === 'open' ? ' that cannot be opened here' : ''}; this is the folder
          it is in.
        </div>
      )}
      <ul className={classes['entries']} aria-label="Files and folders">
        {(listing?.entries ?? []).map((entry) => (
          <li key={entry.path}>
            <UnstyledButton
              className={classes['entry']}
              aria-pressed={chosen === entry.path}
              onClick={() => {
                if (entry.folder === (request.mode === 'folder')) setChosen(entry.path);
                if (!entry.folder && request.mode === 'save') setName(entry.name);
                if (entry.folder && request.mode !== 'folder') go(entry.path);
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
        {listing?.entries.length === 0 && <li className={classes['nothing']}>{emptyWords[request.mode]}</li>}
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
    </Dialog>
  );
}

interface FolderProps {
  readonly folder: string;
  /** Has the focus when the dialog opens. */
  readonly focused: boolean;
  readonly onGo: (folder: string) => void;
}

function FolderInput({ folder, focused, onGo }: FolderProps) {
  const [typed, setTyped] = useState<string>();
  return (
    <TextInput
      className={classes['path'] ?? ''}
      aria-label="Folder"
      {...(focused ? { 'data-autofocus': true } : {})}
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
