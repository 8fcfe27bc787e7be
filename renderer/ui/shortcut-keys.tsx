import { Kbd } from '@mantine/core';
import { shortcutKeys } from '#renderer/actions/shortcut.ts';
import classes from './shortcut-keys.module.css';

/** A shortcut as keys to press together. */
export function ShortcutKeys({ shortcut }: { readonly shortcut: string | undefined }) {
  if (shortcut === undefined) return null;
  return (
    <span className={classes['keys']}>
      {shortcutKeys(shortcut).map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </span>
  );
}
