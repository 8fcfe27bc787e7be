import { useMemo } from 'react';
import { nodeTitle } from '#shared/document/graph.ts';
import type { GraphNode } from '#shared/document/model.ts';
import { isNotice } from '#shared/messages/notices.ts';
import { usualValues } from '#shared/document/usual.ts';
import { effectiveParameters } from '#shared/nodes/parameters.ts';
import { kindOf } from '#shared/nodes/registry.ts';
import { useDocument } from '#renderer/store/document.ts';
import { useDerived, useNodeNumbers } from '#renderer/store/derived.ts';
import { KindIcon } from '#renderer/ui/kind-icon.tsx';
import { Prose } from '#renderer/ui/prose.tsx';
import { Figures } from './figures.tsx';
import { FreezeStack } from './freeze-stack.tsx';
import classes from './inspector.module.css';
import { SchedulePlot } from './schedule-plot.tsx';
import { ParameterForm } from './parameter-form.tsx';

export function NodeInspector({ node }: { readonly node: GraphNode }) {
  const kind = kindOf(node.kind);
  const numbers = useNodeNumbers(node.id);
  const problems = useDerived((state) => state.problems);
  const parameters = useMemo(() => (kind ? effectiveParameters(kind, node.parameters) : {}), [kind, node.parameters]);
  const document = useDocument((state) => state.document);
  const usual = useMemo(() => usualValues(document, node.id), [document, node.id]);
  if (!kind) return <h2 className={classes['title']}>{nodeTitle(node)}</h2>;
  const own = problems.filter((problem) => problem.node === node.id);
  return (
    <>
      <h2 className={classes['title']}>
        <KindIcon icon={kind.icon} />
        {nodeTitle(node)}
      </h2>
      <p className={classes['summary']}>{kind.summary}</p>
      {own.map((problem, index) => (
        <div
          key={index}
          className={classes['problem']}
          data-tone={isNotice(problem) ? 'note' : undefined}
          role={isNotice(problem) ? 'note' : 'alert'}
        >
          <p>{problem.message}</p>
          <p>{problem.remedy}</p>
        </div>
      ))}
      {node.kind === 'freeze' && <FreezeStack id={node.id} parameters={parameters} />}
      {node.kind === 'schedule' && <SchedulePlot parameters={parameters} />}
      <ParameterForm id={node.id} kind={kind} values={parameters} usual={usual} />
      <Figures figures={numbers?.figures ?? []} />
      {numbers !== undefined && numbers.sentence !== '' && <p className={classes['sentence']}>{numbers.sentence}</p>}
      <details className={classes['fold']}>
        <summary>Help</summary>
        <Prose text={kind.help} />
      </details>
    </>
  );
}
