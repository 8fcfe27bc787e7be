import { useConnection } from '#renderer/platform/host.ts';
import classes from './connection-banner.module.css';

/** Says so when the host is gone; calls wait for its return. */
export function ConnectionBanner() {
  const state = useConnection((connection) => connection.state);
  if (state !== 'lost' && state !== 'refused') return null;
  return (
    <div className={classes['banner']} role="alert">
      {state === 'lost' ? (
        'Graft itself is not answering. Your work is kept here; trying to reach it again…'
      ) : (
        <>
          Graft was started anew and does not know this window. Your work is kept here: put the address that it printed,
          or the one of <code>graft open</code>, into this tab to go on.
        </>
      )}
    </div>
  );
}
