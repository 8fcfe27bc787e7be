import { Button, ScrollArea } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import { actionGroups, type Action } from '#renderer/actions/action.ts';
import { actions } from '#renderer/actions/registry.ts';
import { shortcutOf, shortcutsOf } from '#renderer/actions/shortcut.ts';
import { changeSettings, useEnvironment } from '#renderer/store/environment.ts';
import { closeDialog } from '#renderer/store/interface.ts';
import { reportFailure } from '#renderer/store/project.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { ShortcutKeys } from '#renderer/ui/shortcut-keys.tsx';
import classes from './shortcuts-dialog.module.css';

/** All shortcuts; each can be given other keys. */
export function ShortcutsDialog() {
  const own = useEnvironment(({ settings }) => settings.shortcuts);
  const [listening, setListening] = useState<string>();
  const change = (shortcuts: Record<string, string>): void => {
    setListening(undefined);
    changeSettings({ shortcuts }).catch(reportFailure);
  };
  const onKeyDown = (event: KeyboardEvent, action: Action): void => {
    if (listening !== action.name) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') return setListening(undefined);
    const shortcut = shortcutOf(event);
    if (shortcut !== undefined) change({ ...own, [action.name]: shortcut });
  };
  return (
    <Dialog onClose={closeDialog} title="Keyboard shortcuts" size="lg" closeOnEscape={listening === undefined}>
      <p className={classes['hint']}>
        Choose one and press other keys to change it. On the canvas, Tab adds a node and Space pans.
      </p>
      <ScrollArea.Autosize mah="60vh" type="auto">
        {actionGroups.map((group) => (
          <section key={group} aria-label={group}>
            <h3 className={classes['group']}>{group}</h3>
            {actions
              .filter((action) => action.group === group)
              .map((action) => (
                <button
                  key={action.name}
                  type="button"
                  className={classes['row']}
                  data-listening={listening === action.name}
                  onClick={() => setListening(action.name)}
                  onKeyDown={(event) => onKeyDown(event, action)}
                  onBlur={() => setListening(undefined)}
                >
                  <span className={classes['label']}>{action.label}</span>
                  {listening === action.name ? (
                    <span className={classes['listening']}>press keys…</span>
                  ) : (
                    shortcutsOf(action, own).map((shortcut) => <ShortcutKeys key={shortcut} shortcut={shortcut} />)
                  )}
                </button>
              ))}
          </section>
        ))}
      </ScrollArea.Autosize>
      {Object.keys(own).length > 0 && (
        <Button variant="default" mt="md" onClick={() => change({})}>
          Back to the usual shortcuts
        </Button>
      )}
    </Dialog>
  );
}
