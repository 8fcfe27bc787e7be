import { useEffect, useMemo, useState } from 'react';
import { host } from '#renderer/platform/host.ts';
import { useFacts } from '#renderer/store/facts.ts';
import { Line, Thumbnails } from './card-parts.tsx';
import type { CardProps } from './card-props.ts';

const shown = 4;
const previewPixels = 96;
const debounceMilliseconds = 200;

interface Amounts {
  readonly flip: number;
  readonly rotate: number;
  readonly zoom: number;
  readonly light: number;
}

/** Data URLs of augmented versions of a few training pictures, renewed when the amounts change. */
function usePreviews(amounts: Amounts): readonly string[] {
  const dataset = useFacts((state) => state.facts.dataset);
  const [previews, setPreviews] = useState<readonly string[]>([]);
  useEffect(() => {
    const paths = (dataset?.examples ?? []).slice(0, shown).map(({ path }) => path);
    let current = true;
    const timer = window.setTimeout(() => {
      if (paths.length === 0) return setPreviews([]);
      host.data.augmentPreviews({ paths, size: previewPixels, seed: 1, augment: amounts }).then(
        (images) => current && setPreviews(images),
        () => current && setPreviews([]),
      );
    }, debounceMilliseconds);
    return () => {
      current = false;
      window.clearTimeout(timer);
    };
  }, [dataset, amounts]);
  return previews;
}

const none: Amounts = { flip: 0, rotate: 0, zoom: 1, light: 0 };

export function AugmentCard({ parameters }: CardProps) {
  const { enabled, flip, rotate, zoom, light, views } = parameters;
  const amounts = useMemo(
    () =>
      enabled === true
        ? { flip: Number(flip), rotate: Number(rotate), zoom: Number(zoom), light: Number(light) }
        : none,
    [enabled, flip, rotate, zoom, light],
  );
  const previews = usePreviews(amounts);
  return (
    <>
      {previews.length > 0 && <Thumbnails images={previews} columns={shown} label="Augmented examples" />}
      <Line>
        {enabled !== true
          ? 'Pictures stay as they are'
          : views === 0
            ? 'New versions every epoch'
            : `${String(views)} versions of each, cached`}
      </Line>
    </>
  );
}
