import { Anchor, Button, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useCallback, useDeferredValue, useEffect, useState, type ReactNode } from 'react';
import { host, problemOf } from '#renderer/platform/host.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { Waiting } from '#renderer/ui/waiting.tsx';
import classes from './about.module.css';
import { type Notice, type Notices as NoticesFile, readNotices, search } from './notices-file.ts';

type Reading =
  | { readonly status: 'reading' }
  | { readonly status: 'ready'; readonly file: NoticesFile }
  | { readonly status: 'failed'; readonly message: string };

/** Graft's own licence, and everything it is made with: searched by name, licence or any word of a text. */
export function Notices() {
  const [reading, setReading] = useState<Reading>({ status: 'reading' });
  const read = useCallback(() => {
    readNotices().then(
      (file) => setReading({ status: 'ready', file }),
      (thrown: unknown) => setReading({ status: 'failed', message: problemOf(thrown).message }),
    );
  }, []);
  useEffect(read, [read]);
  if (reading.status === 'reading') return <Waiting>Reading the notices…</Waiting>;
  if (reading.status === 'failed') {
    return (
      <>
        <Text size="sm" role="alert">
          {reading.message}
        </Text>
        <Button variant="default" mt="sm" onClick={read}>
          Try again
        </Button>
      </>
    );
  }
  return <Found file={reading.file} />;
}

function Found({ file }: { readonly file: NoticesFile }) {
  const [query, setQuery] = useState('');
  const found = search(file, useDeferredValue(query));
  return (
    <>
      <Entry title="Graft’s own licence" licence="MIT">
        <pre className={classes['text']}>{file.licence}</pre>
      </Entry>
      <h3 className={classes['heading']}>Made with</h3>
      <TextInput
        aria-label="Search the notices"
        placeholder="Search names, licences and texts"
        leftSection={<IconSearch size={14} aria-hidden="true" />}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        data-autofocus
      />
      <p className={classes['count']} role="status">
        {found.length === file.notices.length
          ? `${found.length} parts by others, each under its own licence.`
          : `${found.length} of ${file.notices.length} parts`}
      </p>
      {found.map((notice) => (
        <Entry key={`${notice.name} ${notice.version}`} title={titleOf(notice)} licence={notice.licence}>
          <NoticeText notice={notice} text={file.texts[notice.text] ?? ''} />
        </Entry>
      ))}
    </>
  );
}

const titleOf = ({ name, version }: Notice): string => `${name} ${version}`.trim();

interface EntryProps {
  readonly title: string;
  readonly licence: string;
  readonly children: ReactNode;
}

/** One line that opens to its text. Texts are long, so those of closed lines are not drawn. */
function Entry({ title, licence, children }: EntryProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className={classes['entry']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={classes['line']}>
        <span className={classes['title']}>{title}</span>
        <span className={classes['dim']}>{licence}</span>
      </summary>
      {open && children}
    </details>
  );
}

function NoticeText({ notice: { note, source }, text }: { readonly notice: Notice; readonly text: string }) {
  return (
    <>
      {note !== undefined && <p className={classes['note']}>{note}</p>}
      {source !== undefined && (
        <Anchor
          component="button"
          type="button"
          className={classes['source'] ?? ''}
          onClick={() => void host.app.reveal({ path: source }).catch(reportFailure)}
        >
          {source}
        </Anchor>
      )}
      {text !== '' && <pre className={classes['text']}>{text}</pre>}
    </>
  );
}
