import { GraphPreview } from '#renderer/panels/start/graph-preview.tsx';
import type { Template } from '#renderer/panels/start/start-data.ts';
import { newProject, reportFailure } from '#renderer/store/project.ts';
import classes from '#renderer/panels/start/start.module.css';

/** Graphs to start from, each as its own picture. */
export function TemplateCards({ templates }: { readonly templates: readonly Template[] }) {
  return (
    <section aria-labelledby="templates-title">
      <h2 id="templates-title" className={classes['heading']}>
        Start from a graph
      </h2>
      <ul className={classes['templates']}>
        {templates.map(({ id, title, summary, document }) => (
          <li key={id}>
            <button
              type="button"
              className={classes['template']}
              onClick={() => void newProject(document).catch(reportFailure)}
            >
              <GraphPreview document={document} usual={templates[0]?.document ?? document} />
              <span className={classes['templateTitle']}>{title}</span>
              <span className={classes['summary']}>{summary}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
