import { actions } from '#renderer/actions/registry.ts';
import { isAvailable, readSituation, runAction } from '#renderer/actions/run-action.ts';
import { shortcutsOf } from '#renderer/actions/shortcut.ts';
import { focusCanvas } from '#renderer/canvas/navigator.ts';
import { useEnvironment } from '#renderer/store/environment.ts';
import { closeDialog } from '#renderer/store/interface.ts';
import { SearchList } from '#renderer/ui/search-list.tsx';
import { ShortcutKeys } from '#renderer/ui/shortcut-keys.tsx';
import { Popover } from './popover.tsx';

/** Every action by name, with its shortcut. */
export function CommandDialog() {
  const own = useEnvironment(({ settings }) => settings.shortcuts);
  const situation = readSituation();
  const offered = actions.filter((action) => action.name !== 'show-commands' && isAvailable(action, situation));
  const close = (): void => {
    closeDialog();
    focusCanvas();
  };
  return (
    <Popover label="Commands" wide onClose={close}>
      <SearchList
        label="Commands"
        placeholder="What would you like to do?"
        empty="No command is called that."
        choices={offered.map((action) => ({
          id: action.name,
          label: action.label,
          words: action.words ?? [],
          group: action.group,
          right: <ShortcutKeys shortcut={shortcutsOf(action, own)[0]} />,
        }))}
        onChoose={(name) => {
          close();
          runAction(name);
        }}
        onClose={close}
      />
    </Popover>
  );
}
