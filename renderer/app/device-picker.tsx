import { Button, Menu } from '@mantine/core';
import { IconCheck, IconCpu } from '@tabler/icons-react';
import { formatBytes } from '#shared/core/format.ts';
import type { DeviceInfo } from '#shared/protocol/run.ts';
import { changeSettings, useEnvironment } from '#renderer/store/environment.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { deviceWords } from '#renderer/ui/device-words.ts';
import classes from './device-picker.module.css';

function detail(info: DeviceInfo): string {
  if (!info.available) return info.reason ?? 'not available here';
  const memory = info.memoryBytes === undefined ? '' : ` · ${formatBytes(info.memoryBytes)}`;
  return info.name + memory;
}

export function DevicePicker() {
  const devices = useEnvironment((state) => state.devices);
  const chosen = useEnvironment((state) => state.settings.device);
  const effective = devices.find((info) => (chosen === 'auto' ? info.preferred : info.device === chosen));
  return (
    <Menu position="bottom-end" width={300} shadow="md">
      <Menu.Target>
        <Button
          variant="default"
          className={classes['button'] ?? ''}
          leftSection={<IconCpu size={14} aria-hidden="true" />}
        >
          <span className={classes['word']}>Device</span>
          <span className={classes['name']}>
            {effective?.name ?? (chosen === 'auto' ? 'Automatic' : deviceWords(chosen))}
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Entry title="Automatic" detail="The fastest one that is there" chosen={chosen === 'auto'} device="auto" />
        {devices
          .filter(({ device }) => device !== 'auto')
          .map((info) => (
            <Entry
              key={info.device}
              title={deviceWords(info.device)}
              detail={detail(info)}
              chosen={chosen === info.device}
              device={info.device}
              disabled={!info.available}
            />
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface EntryProps {
  readonly title: string;
  readonly detail: string;
  readonly chosen: boolean;
  readonly device: DeviceInfo['device'];
  readonly disabled?: boolean;
}

function Entry({ title, detail: words, chosen, device, disabled = false }: EntryProps) {
  return (
    <Menu.Item
      fz="sm"
      disabled={disabled}
      rightSection={chosen ? <IconCheck size={14} aria-label="chosen" /> : undefined}
      onClick={() => void changeSettings({ device }).catch(reportFailure)}
    >
      {title}
      <span className={classes['detail']}>{words}</span>
    </Menu.Item>
  );
}
