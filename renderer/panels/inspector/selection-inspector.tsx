import { Button } from '@mantine/core';
import { findAction } from '#renderer/actions/registry.ts';
import { runAction } from '#renderer/actions/run-action.ts';
import classes from './inspector.module.css';

const offered = ['align-left', 'align-top', 'spread-horizontally', 'spread-vertically', 'tidy', 'duplicate', 'delete'];

/** Several nodes at once: what can be done with them together. */
export function SelectionInspector({ nodes }: { readonly nodes: readonly string[] }) {
  return (
    <>
      <h2 className={classes['title']}>{nodes.length} nodes</h2>
      <div className={classes['buttons']}>
        {offered.map((name) => (
          <Button key={name} variant="default" onClick={() => runAction(name)}>
            {findAction(name)?.label}
          </Button>
        ))}
      </div>
    </>
  );
}
