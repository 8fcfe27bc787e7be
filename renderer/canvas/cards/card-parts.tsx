/** What a node card is made of below its header. */
import type { ReactNode } from 'react';
import classes from './card-parts.module.css';

export function Line({ children, tone }: { readonly children: ReactNode; readonly tone?: 'warning' }) {
  return <div className={`${classes['line']} ${tone === 'warning' ? classes['warning'] : ''}`}>{children}</div>;
}

/** The one number of a card that matters most. */
export function Large({ children }: { readonly children: ReactNode }) {
  return <b className={classes['large']}>{children}</b>;
}

export function Figure({ children, label }: { readonly children: ReactNode; readonly label?: string }) {
  return (
    <div className={classes['figure']} {...(label === undefined ? {} : { role: 'img', 'aria-label': label })}>
      {children}
    </div>
  );
}

/** The picture area while there is nothing to show yet, with what would fill it. */
export function EmptyFigure({ children }: { readonly children: ReactNode }) {
  return <div className={classes['emptyFigure']}>{children}</div>;
}

export function Thumbnails({
  images,
  columns,
  label,
}: {
  readonly images: readonly (string | undefined)[];
  readonly columns: number;
  readonly label: string;
}) {
  return (
    <div
      className={classes['thumbnails']}
      style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}
      role="img"
      aria-label={label}
    >
      {images.map((image, index) =>
        image === undefined ? <span key={index} /> : <img key={index} src={image} alt="" draggable={false} />,
      )}
    </div>
  );
}
