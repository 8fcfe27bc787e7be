import { Button, Group, Progress, Text } from '@mantine/core';
import { formatPercent } from '#shared/core/format.ts';
import { assertNever } from '#shared/core/assert-never.ts';
import { stopBringing, type Bringing } from '#renderer/store/bringing.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Waiting } from '#renderer/ui/waiting.tsx';
import { FoundPanel } from './found-panel.tsx';
import { WherePanel } from './where-panel.tsx';

/** One panel for whatever is brought: where it is, what it is, what can be done with it. */
export function LookDialog({ bringing }: { readonly bringing: Bringing }) {
  return (
    <Dialog onClose={stopBringing} title="What you brought" size="lg">
      <Content bringing={bringing} />
    </Dialog>
  );
}

function Content({ bringing }: { readonly bringing: Bringing }) {
  switch (bringing.step) {
    case 'where':
      return <WherePanel items={bringing.items} landing={bringing.landing} />;
    case 'copying':
      return <Underway words="Copying to Graft’s folder on this computer…" share={bringing.share} />;
    case 'unpacking':
      return <Underway words={`Unpacking ${bringing.name}…`} share={bringing.share} />;
    case 'looking':
      return <Waiting>Looking at it…</Waiting>;
    case 'refused':
      return (
        <div role="alert">
          <Text size="sm">{bringing.problem.message}</Text>
          <Text size="sm" c="dimmed" mt={4}>
            {bringing.problem.remedy}
          </Text>
        </div>
      );
    case 'found':
      return <FoundPanel found={bringing} />;
    default:
      return assertNever(bringing);
  }
}

function Underway({ words, share }: { readonly words: string; readonly share: number }) {
  return (
    <div>
      <Text size="sm" mb="xs" role="status">
        {words} {formatPercent(share, 0)}
      </Text>
      <Progress value={share * 100} aria-label={words} />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={stopBringing}>
          Stop
        </Button>
      </Group>
    </div>
  );
}
