import { Button } from '@mantine/core';
import { IconFileVector } from '@tabler/icons-react';
import { useNow } from '#renderer/panels/past-runs/now.ts';
import { startedWords } from '#renderer/panels/past-runs/started-words.ts';
import type { Recent } from '#renderer/panels/start/start-data.ts';
import { openProject } from '#renderer/store/project.ts';
import classes from '#renderer/panels/start/start.module.css';

interface Props {
  readonly recent: readonly Recent[];
  readonly onOpenOther: () => void;
}

/** Projects opened lately, and the way to any other. */
export function RecentProjects({ recent, onOpenOther }: Props) {
  const now = useNow();
  return (
    <section className={classes['recent']} aria-labelledby="recent-title">
      <div className={classes['recentHead']}>
        <h2 id="recent-title" className={classes['heading']}>
          Projects
        </h2>
        <Button variant="subtle" size="compact-xs" ml="auto" onClick={onOpenOther}>
          Open…
        </Button>
      </div>
      {recent.length === 0 && <p className={classes['summary']}>Projects you save show here.</p>}
      <ul className={classes['projects']}>
        {recent.map(({ path, title, modified }) => (
          <li key={path}>
            <button type="button" className={classes['project']} onClick={() => void openProject(path)} title={path}>
              <IconFileVector size={16} stroke={1.6} aria-hidden="true" />
              <span className={classes['projectName']}>
                {title}
                <span className={classes['path']}>{path}</span>
              </span>
              <span className={classes['when']}>{startedWords(modified, now)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
