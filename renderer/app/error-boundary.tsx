import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import classes from './error-boundary.module.css';

interface Props {
  readonly children: ReactNode;
}

/** Keeps a fault in one view from blanking the window; the project itself lives outside React and is untouched. */
export class ErrorBoundary extends Component<Props, { readonly reason: string | undefined }> {
  override state = { reason: undefined };

  static getDerivedStateFromError(thrown: unknown): { reason: string } {
    return { reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }

  override render(): ReactNode {
    const { reason } = this.state;
    if (reason === undefined) return this.props.children;
    return (
      <main className={classes['fault']}>
        <h1>This view could not be drawn</h1>
        <p>Your project is kept: nothing of it is lost. Please report this with the words below.</p>
        <pre>{reason}</pre>
        <Button onClick={() => this.setState({ reason: undefined })}>Try again</Button>
      </main>
    );
  }
}
