import { Button, Group, Select, Text } from '@mantine/core';
import { IconEyeOff, IconFolderOpen } from '@tabler/icons-react';
import { formatPlural } from '#shared/core/format.ts';
import { host } from '#renderer/platform/host.ts';
import { differingCorrections, useCorrecting } from '#renderer/store/corrections.ts';
import { useDocument } from '#renderer/store/document.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { isActive } from '#renderer/store/run-state.ts';
import { useRun } from '#renderer/store/run.ts';
import type { Sample } from './confusion.ts';

interface Props {
  readonly sample: Sample;
  readonly names: readonly string[];
}

/** What can be done about a photo where it is seen. */
export function Correcting({ sample, names }: Props) {
  const { said, correct } = useCorrecting(sample.path);
  const now = said(sample.path);
  const others = names.filter((_, label) => label !== sample.label);
  // What the model says is the likeliest correction.
  const likely = sample.predicted === sample.label ? [] : [names[sample.predicted] as string];
  const choices = [...likely, ...others.filter((name) => !likely.includes(name))];
  return (
    <>
      {correct === undefined ? (
        <Text size="xs" c="dimmed">
          It is not in the folder on the canvas, and so cannot be corrected from here.
        </Text>
      ) : now === undefined ? (
        <>
          <Select
            label="It is really a …"
            placeholder="another class"
            data={choices}
            value={null}
            searchable
            selectFirstOptionOnChange
            comboboxProps={{ withinPortal: true }}
            onChange={(name) => name !== null && correct(sample.path, name)}
          />
          <Button
            variant="default"
            leftSection={<IconEyeOff size={14} aria-hidden="true" />}
            onClick={() => correct(sample.path, '')}
          >
            Leave it out
          </Button>
        </>
      ) : (
        <div role="status">
          <Text size="sm">
            {now === '' ? 'Left out' : 'Taken for'} {now !== '' && <b>{now}</b>} from the next training on. The file
            stays where it is.
          </Text>
          <Button mt={6} variant="default" onClick={() => correct(sample.path, undefined)}>
            Take that back
          </Button>
        </div>
      )}
      <Button
        variant="subtle"
        leftSection={<IconFolderOpen size={14} aria-hidden="true" />}
        onClick={() => void host.app.reveal({ path: sample.path }).catch(reportFailure)}
      >
        Show in folder
      </Button>
    </>
  );
}

/** Corrections made since the run that is looked at, and the way to a model that knows them. */
export function CorrectionsBar({ onTrain }: { readonly onTrain: () => void }) {
  const document = useDocument((store) => store.document);
  const startedWith = useRun((store) => store.startedWith);
  const start = useRun((store) => store.start);
  const isBusy = useRun((store) => isActive(store.state));
  const count = startedWith === undefined ? 0 : differingCorrections(startedWith, document);
  if (count === 0) return null;
  return (
    <Group gap="sm" mt="md" role="status">
      <Text size="sm">{formatPlural(count, 'photo')} corrected since this training.</Text>
      <Button
        size="compact-sm"
        disabled={isBusy}
        onClick={() => {
          onTrain();
          void start();
        }}
      >
        Train again
      </Button>
    </Group>
  );
}
