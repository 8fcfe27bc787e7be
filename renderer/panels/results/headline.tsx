import { formatPlural } from '#shared/core/format.ts';
import { percentFigure } from '#renderer/charts/format.ts';
import classes from './results.module.css';

interface Props {
  /** 0–1; undefined before the first epoch. */
  readonly accuracy: number | undefined;
  /** Half the 95 % interval, 0–1. */
  readonly margin?: number;
  readonly macroF1?: number;
  readonly photos?: number;
  /** Whose model is kept. */
  readonly epoch: number | undefined;
}

/** The numbers that matter, large. */
export function Headline({ accuracy, margin, macroF1, photos, epoch }: Props) {
  return (
    <dl className={classes['figures']} style={{ margin: 0 }}>
      <div className={classes['figure']}>
        <dt>Validation accuracy{epoch === undefined ? '' : `, best at epoch ${epoch}`}</dt>
        <dd>
          <span className={classes['big']}>{accuracy === undefined ? '–' : percentFigure(accuracy)}</span>
          <span className={classes['unit']}>
            {accuracy !== undefined && '%'}
            {margin !== undefined && ` ± ${percentFigure(margin)}`}
            {photos !== undefined && ` (${formatPlural(photos, 'photo')})`}
          </span>
        </dd>
      </div>
      {macroF1 !== undefined && (
        <div className={classes['figure']}>
          <dt>Macro-F1</dt>
          <dd>
            <span className={classes['big']}>{percentFigure(macroF1)}</span>
            <span className={classes['unit']}>%</span>
          </dd>
        </div>
      )}
    </dl>
  );
}
