import { Mark } from './mark.tsx';
import type { EntryRefusal } from '#renderer/platform/session.ts';
import classes from './entry-notice.module.css';

const titles: Readonly<Record<EntryRefusal, string>> = {
  'no-key': 'This window has no key',
  ended: 'Graft was started anew',
  unknown: 'This address is not one of this Graft’s',
  taken: 'This address was used already',
  'other-user': 'This Graft is somebody else’s',
};

const explanations: Readonly<Record<EntryRefusal, string>> = {
  'no-key': 'Anybody at this machine can reach the workbench’s port, so a window needs an address with a key in it.',
  ended: 'The one that this window belonged to has ended.',
  unknown: 'Its key was given out by another start of Graft, or was cut off.',
  taken: 'Each address opens one window. If it was not you who opened it, end Graft with Ctrl+C and start it again.',
  'other-user': 'It runs for another user of this machine, and opens windows for them alone.',
};

/** What a window shows that the host did not let in. */
export function EntryNotice({ refusal }: { readonly refusal: EntryRefusal }) {
  return (
    <main className={classes['page']}>
      <title>Graft</title>
      <div className={classes['notice']} role="alert">
        <Mark />
        <h1>{titles[refusal]}</h1>
        <p>{explanations[refusal]}</p>
        {refusal === 'other-user' ? (
          <p>
            Start one of your own with <code>graft serve</code>.
          </p>
        ) : (
          <p>
            In the terminal, <code>graft open</code> opens another window, and <code>graft open --print</code> prints
            its address; without a Graft that runs, <code>graft serve</code> starts one.
          </p>
        )}
      </div>
    </main>
  );
}
