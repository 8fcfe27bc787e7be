import { Button, FileButton, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPhotoPlus } from '@tabler/icons-react';
import { type DragEvent, useEffect, useState } from 'react';
import { AttemptCard } from '#renderer/panels/try-it/attempt-card.tsx';
import { tryPictures, useAttempts } from '#renderer/panels/try-it/attempts.ts';
import { pastedFiles, pictureTypes } from '#renderer/panels/try-it/pictures.ts';
import { useRun } from '#renderer/store/run.ts';
import classes from '#renderer/panels/try-it/try-it.module.css';

/** Drop, paste or choose pictures and see what the trained model says of them. */
export function TryIt() {
  const ready = useRun((store) => store.state.phase === 'done');
  const attempts = useAttempts((store) => store.attempts);
  const [over, setOver] = useState(false);

  useEffect(() => {
    if (!ready) return undefined;
    const paste = (event: ClipboardEvent): void => {
      const files = pastedFiles(event.clipboardData);
      if (files.length === 0) return;
      event.preventDefault();
      void tryPictures(files);
    };
    window.addEventListener('paste', paste);
    return () => window.removeEventListener('paste', paste);
  }, [ready]);

  if (!ready) {
    return (
      <Text size="sm" c="dimmed">
        When the training ends, drop a picture here and see what the model says.
      </Text>
    );
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (files.length > 0) void tryPictures(files);
    else notifications.show({ title: 'That is not a file.', message: 'Drop one or more picture files here.' });
  };
  return (
    <div
      className={classes['try']}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className={classes['invitation']} data-empty={attempts.length === 0 || undefined}>
        <FileButton multiple accept={pictureTypes} onChange={(files) => void tryPictures(files)}>
          {(props) => (
            <Button variant="default" leftSection={<IconPhotoPlus size={14} aria-hidden="true" />} {...props}>
              Choose pictures
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed">
          or drop them here, or paste one with Ctrl+V
        </Text>
      </div>
      {attempts.length > 0 && (
        <ul className={classes['attempts']} aria-label="Pictures tried" aria-live="polite">
          {attempts.map((attempt) => (
            <AttemptCard key={attempt.id} attempt={attempt} />
          ))}
        </ul>
      )}
    </div>
  );
}
