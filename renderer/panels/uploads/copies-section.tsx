import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { formatBytes, formatPlural } from '#shared/core/format.ts';
import type { BroughtCopy } from '#shared/protocol/look.ts';
import { host } from '#renderer/platform/host.ts';
import { useDocument } from '#renderer/store/document.ts';
import { ask } from '#renderer/store/interface.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { Waiting } from '#renderer/ui/waiting.tsx';
import classes from './copies.module.css';

const words: Readonly<Record<BroughtCopy['kind'], string>> = {
  uploads: 'copied from a browser window',
  unpacked: 'out of an archive',
  gathered: 'links to folders brought together',
};

/** Copies of what was brought, with what they take, each of which can be removed. */
export function CopiesSection() {
  const [copies, setCopies] = useState<readonly BroughtCopy[]>();
  const nodes = useDocument((state) => state.document.nodes);
  useEffect(() => {
    host.files.copies().then((answer) => setCopies(answer.copies), reportFailure);
  }, []);
  const remove = async ({ name, path }: BroughtCopy): Promise<void> => {
    const choice = await ask({
      title: `Remove ${name}?`,
      message: 'Projects and runs that read it will miss it. What it was made from stays.',
      choices: [{ name: 'remove', label: 'Remove it', primary: true }],
    });
    if (choice === 'remove') setCopies((await host.files.removeCopy({ path })).copies);
  };
  if (copies === undefined) return <Waiting>Adding up the copies…</Waiting>;
  if (copies.length === 0) return <p className={classes['quiet']}>There are no copies of what you brought.</p>;
  const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0);
  const isUsed = (path: string): boolean =>
    nodes.some(({ parameters }) =>
      Object.values(parameters).some((value) => typeof value === 'string' && value.startsWith(path)),
    );
  return (
    <section aria-label="Copies of what you brought">
      <p className={classes['quiet']}>
        {formatPlural(copies.length, 'copy', 'copies')}, {formatBytes(bytes)} in all.
      </p>
      <ul className={classes['copies']}>
        {copies.map((copy) => (
          <li key={copy.path}>
            <div>
              <strong>{copy.name}</strong> {formatPlural(copy.files, 'file')}
              {copy.kind === 'gathered' ? '' : `, ${formatBytes(copy.bytes)}`}
              <div className={classes['quiet']}>
                {words[copy.kind]}
                {isUsed(copy.path) && ', read by this project'}
              </div>
            </div>
            <Button
              variant="default"
              size="xs"
              aria-label={`Remove ${copy.name}`}
              onClick={() => void remove(copy).catch(reportFailure)}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
