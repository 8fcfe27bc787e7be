import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { builtInBackbones, builtInIds, usualBackbone } from '#shared/nodes/built-in-backbones.ts';
import { host } from '#renderer/platform/host.ts';
import { useEnvironment } from '#renderer/store/environment.ts';
import { askForPath } from '#renderer/store/interface.ts';
import { FieldFrame, type FieldProps } from './field.tsx';
import classes from './field.module.css';

interface PathProps extends FieldProps {
  readonly placeholder: string;
  readonly choose: () => Promise<string | undefined>;
}

function PathInput({ placeholder, choose, ...props }: PathProps) {
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const { title } = props.parameter.meta;
  const commit = (): void => {
    setTyped(undefined);
    if (typed === undefined || typed === props.value) return;
    // What a person types is their own choice, also where it is on another computer.
    void host.files.trust({ path: typed }).finally(() => props.onChange(typed));
  };
  return (
    <FieldFrame {...props} control={id}>
      <div className={classes['pair']}>
        <TextInput
          id={id}
          value={typed ?? String(props.value)}
          placeholder={placeholder}
          title={String(props.value)}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
        <Tooltip label={`Choose ${title.toLowerCase()}…`}>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={`Choose ${title.toLowerCase()}`}
            onClick={() => void choose().then((path) => path !== undefined && props.onChange(path))}
          >
            <IconFolderOpen size={16} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </div>
    </FieldFrame>
  );
}

export function FolderField(props: FieldProps) {
  const sample = useEnvironment((state) => state.info?.sample);
  const value = String(props.value);
  return (
    <>
      <PathInput
        {...props}
        placeholder="Choose or drop a folder"
        choose={() => askForPath({ title: 'Folder of pictures', mode: 'folder', endings: [], startFolder: value })}
      />
      {value === '' && sample !== undefined && (
        <Button variant="default" onClick={() => props.onChange(sample)}>
          Use the sample pictures
        </Button>
      )}
    </>
  );
}

export function ModelField(props: FieldProps) {
  const value = String(props.value);
  return (
    <>
      <PathInput
        {...props}
        placeholder={usualBackbone}
        choose={() => askForPath({ title: 'Backbone', mode: 'open', endings: ['.onnx'] })}
      />
      {builtInIds
        .filter((id) => id !== value)
        .map((id) => (
          <Button key={id} variant="default" onClick={() => props.onChange(id)}>
            Use the built-in {builtInBackbones[id].title}
          </Button>
        ))}
    </>
  );
}
