import { ActionIcon, Tooltip } from '@mantine/core';
import { IconMaximize } from '@tabler/icons-react';
import { useState } from 'react';
import type { Evaluation } from '#shared/protocol/run.ts';
import { cellName, ConfusionMatrix } from './confusion-matrix.tsx';
import type { Cell } from './confusion.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import classes from './results.module.css';

interface Props {
  readonly evaluation: Evaluation;
  /** Side of the small matrix, pixels. */
  readonly side: number;
  readonly onOpen: (label: number, predicted: number) => void;
}

/** Cells lower than this cannot have their class's name beside them, pixels. */
const lowestNamed = 11;
const largestCell = 26;

/** The matrix as small as the panel needs it, and in a dialog as large as its class names need it. */
export function MatrixSide({ evaluation, side, onOpen }: Props) {
  const [pointed, setPointed] = useState<Cell>();
  const [enlarged, setEnlarged] = useState(false);
  const names = evaluation.classes;
  const cellSize = Math.min(34, side / names.length);
  const longest = Math.max(...names.map((name) => name.length));
  const caption = pointed === undefined ? 'Rows are true classes; click for the photos' : cellName(pointed, names);
  const room = (most: number): number => Math.min(most, 14 + 6 * longest);
  return (
    <div className={classes['matrixSide']}>
      <ConfusionMatrix
        evaluation={evaluation}
        cellSize={cellSize}
        rowNames={cellSize >= lowestNamed ? room(76) : 0}
        columnNames={0}
        onOpen={onOpen}
        onPoint={setPointed}
      />
      <div className={classes['matrixCaption']}>
        <span style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>{caption}</span>
        <Tooltip label="Enlarge, with all names">
          <ActionIcon
            variant="subtle"
            color="gray"
            size={18}
            ml="auto"
            aria-label="Enlarge the confusion matrix"
            onClick={() => setEnlarged(true)}
          >
            <IconMaximize size={13} aria-hidden="true" />
          </ActionIcon>
        </Tooltip>
      </div>
      {enlarged && (
        <Dialog
          onClose={() => setEnlarged(false)}
          size="auto"
          title="Confusion matrix: rows are true classes, columns answers"
        >
          <div className={`${classes['scroll']} ${classes['large']}`}>
            <ConfusionMatrix
              evaluation={evaluation}
              cellSize={names.length > 60 ? 15 : largestCell}
              rowNames={room(160)}
              columnNames={room(130)}
              onOpen={onOpen}
              onPoint={setPointed}
            />
          </div>
          <p className={classes['sentence']} role="status">
            {caption}
          </p>
        </Dialog>
      )}
    </div>
  );
}
