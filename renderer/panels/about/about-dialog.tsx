import { Mark } from '#renderer/app/mark.tsx';
import { useEnvironment } from '#renderer/store/environment.ts';
import { closeDialog } from '#renderer/store/interface.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import classes from './about.module.css';
import { Notices } from './notices.tsx';

const systems: Readonly<Record<string, string>> = { darwin: 'macOS', linux: 'Linux', win32: 'Windows' };

/** Which Graft this is, under which licence, and what others have made of it. */
export function AboutDialog() {
  const info = useEnvironment((state) => state.info);
  const system = systems[info?.platform ?? ''] ?? info?.platform;
  const where = info?.host === 'browser' ? 'in a browser' : 'as a desktop program';
  return (
    <Dialog onClose={closeDialog} title="About Graft" size="xl">
      <div className={classes['product']}>
        <span className={classes['mark']}>
          <Mark />
        </span>
        <div>
          <p className={classes['name']}>Graft {info?.version}</p>
          <p className={classes['dim']}>
            Training by wiring nodes, on your own machine. {info && `Runs ${where} on ${system}.`}
          </p>
        </div>
      </div>
      <Notices />
    </Dialog>
  );
}
