import { useConnection } from '#renderer/platform/host.ts';
import classes from './connection-banner.module.css';

/** Says so when the host is gone; calls wait for its return. */
export function ConnectionBanner() {
  const state = useConnection((connection) => connection.state);
  if (state !== 'lost') return null;
  return (
    <div className={classes['banner']} role="alert">
      Graft itself is not answering. Your work is kept here; trying to reach it again…
    </div>
  );
}
