import { Alert, Button, Code, CopyButton, Group, Stack, Tabs, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCopy, IconFolder, IconPackageExport } from '@tabler/icons-react';
import { type SubmitEvent, useState } from 'react';
import type { ParityReport } from '#shared/protocol/run.ts';
import { formatBriefly } from '#renderer/charts/format.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { suggestedFile } from '#renderer/panels/results/export-facts.ts';
import { snippets } from '#renderer/panels/results/snippets/snippets.ts';
import { problemOf } from '#renderer/platform/host.ts';
import { useDocument } from '#renderer/store/document.ts';
import { useEnvironment } from '#renderer/store/environment.ts';
import { askForPath } from '#renderer/store/interface.ts';
import { knownRun } from '#renderer/store/run-state.ts';
import type { Loadable } from '#renderer/store/run-store.ts';
import { useRun } from '#renderer/store/run.ts';
import { Waiting } from '#renderer/ui/waiting.tsx';
import { formatBytes, formatPlural, formatRate } from '#shared/core/format.ts';

/** Writes the best model to a file, shows the proof that it answers the same, and how to use it. */
export function ExportDialog({ onClose }: { readonly onClose: () => void }) {
  const [file, setFile] = useState(() =>
    suggestedFile(useDocument.getState(), useEnvironment.getState().info?.home ?? ''),
  );
  const run = useRun((store) => knownRun(store.state)?.plan.run);
  const [report, setReport] = useState<Loadable<ParityReport>>({ status: 'none' });

  const write = (may: { readonly replace?: boolean; readonly unequal?: boolean } = {}): void => {
    setReport({ status: 'loading' });
    useRun
      .getState()
      .exportModel({ file, replace: may.replace ?? false, unequal: may.unequal ?? false })
      .then(
        (value) => setReport({ status: 'ready', value }),
        (thrown: unknown) => setReport({ status: 'failed', problem: problemOf(thrown) }),
      );
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    write();
  };
  const browse = async (): Promise<void> => {
    const folder = file.replace(/[\\/][^\\/]*$/, '');
    const chosen = await askForPath({
      title: 'Export model',
      mode: 'save',
      endings: ['.onnx'],
      suggestedName: fileNameOf(file),
      startFolder: folder,
    });
    if (chosen !== undefined) setFile(chosen);
  };

  return (
    <Dialog onClose={onClose} size="lg" title="Export the model">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          One ONNX file with everything inside: the preparation of the picture, the backbone, the head and the class
          names. It runs wherever ONNX runs, without Graft.
          {run !== undefined && (
            <>
              {' '}
              The model is that of the run <b>{fileNameOf(run)}</b>.
            </>
          )}
        </Text>
        <form onSubmit={submit}>
          <Group gap="sm" align="end" wrap="nowrap">
            <TextInput
              label="File"
              style={{ flex: 1 }}
              value={file}
              onChange={(event) => {
                setFile(event.currentTarget.value);
                setReport({ status: 'none' });
              }}
              required
              data-autofocus
            />
            <Button
              variant="default"
              leftSection={<IconFolder size={14} aria-hidden="true" />}
              onClick={() => void browse()}
            >
              Browse…
            </Button>
            <Button
              type="submit"
              leftSection={<IconPackageExport size={14} aria-hidden="true" />}
              loading={report.status === 'loading'}
            >
              Export
            </Button>
          </Group>
        </form>
        <div aria-live="polite">
          {report.status === 'loading' && (
            <Waiting>Writing the file, opening it again and comparing its answers…</Waiting>
          )}
          {report.status === 'failed' && (
            <Alert
              variant="default"
              icon={<IconAlertTriangle size={18} color="var(--graft-bad)" aria-hidden="true" />}
              title={report.problem.message}
            >
              {report.problem.remedy}
              {report.problem.code === 'export.file-exists' && (
                <Button variant="default" size="xs" mt="sm" display="block" onClick={() => write({ replace: true })}>
                  Replace it
                </Button>
              )}
              {report.problem.code === 'export.parity-failed' && (
                <Button
                  variant="default"
                  size="xs"
                  mt="sm"
                  display="block"
                  onClick={() => write({ replace: true, unequal: true })}
                >
                  Write it all the same
                </Button>
              )}
            </Alert>
          )}
          {report.status === 'ready' && <Proof report={report.value} />}
        </div>
        {report.status === 'ready' && report.value.passed && <Usage file={fileNameOf(report.value.model)} />}
      </Stack>
    </Dialog>
  );
}

function Proof({ report }: { readonly report: ParityReport }) {
  const { model, samples, maxDifference, allowed, passed, bytes } = report;
  return (
    <Alert
      variant="default"
      icon={
        passed ? (
          <IconCheck size={18} color="var(--graft-good)" aria-hidden="true" />
        ) : (
          <IconAlertTriangle size={18} color="var(--graft-bad)" aria-hidden="true" />
        )
      }
      title={passed ? 'The file gives the same answers' : 'The file answers differently'}
    >
      <Text size="sm" className="tabular">
        Largest difference {formatBriefly(maxDifference)} over {formatPlural(samples, 'photo')} (allowed{' '}
        {formatRate(allowed)})
      </Text>
      <Text size="xs" c="dimmed" mt={4} style={{ overflowWrap: 'anywhere' }}>
        {model} · {formatBytes(bytes)}
      </Text>
    </Alert>
  );
}

function Usage({ file }: { readonly file: string }) {
  return (
    <Tabs defaultValue={snippets[0]?.name ?? ''}>
      <Tabs.List aria-label="How to use the file">
        {snippets.map(({ name }) => (
          <Tabs.Tab key={name} value={name}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ name, needs, code }) => (
        <Tabs.Panel key={name} value={name} pt="sm">
          <Group gap="sm" mb="xs">
            <Text size="xs" c="dimmed" ff="monospace">
              {needs}
            </Text>
            <CopyButton value={code(file)}>
              {({ copied, copy }) => (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  ml="auto"
                  leftSection={
                    copied ? <IconCheck size={12} aria-hidden="true" /> : <IconCopy size={12} aria-hidden="true" />
                  }
                  onClick={copy}
                >
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              )}
            </CopyButton>
          </Group>
          <Code block fz="xs" tabIndex={0} mah={220} style={{ overflow: 'auto' }}>
            {code(file)}
          </Code>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function fileNameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
