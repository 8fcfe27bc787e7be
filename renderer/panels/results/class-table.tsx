import { Table } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useState } from 'react';
import type { Evaluation } from '#shared/protocol/run.ts';
import { percentFigure } from '#renderer/charts/format.ts';
import { type ClassColumn, type ClassOrder, sortClasses } from './confusion.ts';
import classes from './results.module.css';

const columns: readonly { readonly column: ClassColumn; readonly title: string; readonly help: string }[] = [
  { column: 'name', title: 'Class', help: 'Name of the class' },
  { column: 'precision', title: 'Precision, %', help: 'Of the photos given this class, how many belong to it' },
  { column: 'recall', title: 'Recall, %', help: 'Of the photos of this class, how many were found' },
  { column: 'f1', title: 'F1, %', help: 'Harmonic mean of precision and recall' },
  { column: 'support', title: 'Photos', help: 'Validation photos of this class' },
];

interface Props {
  readonly evaluation: Evaluation;
  /** Opens the photos of a class. */
  readonly onOpen: (label: number) => void;
}

/** How well each class does, sortable by every column. */
export function ClassTable({ evaluation, onOpen }: Props) {
  const [order, setOrder] = useState<ClassOrder>({ column: 'f1', descending: false });
  const rows = sortClasses(evaluation.perClass, order);
  return (
    <div className={classes['table']} role="region" aria-label="Results by class">
      <Table stickyHeader verticalSpacing={3} horizontalSpacing="sm" fz="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ column, title, help }) => {
              const sorted = order.column === column;
              return (
                <Table.Th
                  key={column}
                  ta={column === 'name' ? 'left' : 'right'}
                  aria-sort={sorted ? (order.descending ? 'descending' : 'ascending') : 'none'}
                >
                  <button
                    type="button"
                    className={classes['sort']}
                    title={help}
                    onClick={() => setOrder({ column, descending: sorted ? !order.descending : column !== 'name' })}
                  >
                    {title}
                    {sorted && (order.descending ? <IconArrowDown size={12} /> : <IconArrowUp size={12} />)}
                  </button>
                </Table.Th>
              );
            })}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tabular">
          {rows.map((row) => (
            <Table.Tr key={row.name}>
              <Table.Td>
                <button
                  type="button"
                  className={classes['sort']}
                  onClick={() => onOpen(evaluation.classes.indexOf(row.name))}
                >
                  {row.name}
                </button>
              </Table.Td>
              {(['precision', 'recall', 'f1'] as const).map((column) => (
                <Table.Td key={column} ta="right">
                  <span className={classes['bar']} style={{ width: 48 * row[column] }} />
                  {percentFigure(row[column])}
                </Table.Td>
              ))}
              <Table.Td ta="right">{row.support}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
