import { Text } from '@mantine/core';
import { useState } from 'react';
import { useRun } from '#renderer/store/run.ts';
import { ClassTable } from './class-table.tsx';
import { Gallery, type GalleryRequest } from './gallery.tsx';

/** Results class by class; a class opens its photos, the worst answers first. */
export function Classes() {
  const evaluation = useRun((store) => store.evaluation);
  const [gallery, setGallery] = useState<GalleryRequest>();
  if (evaluation.status !== 'ready') {
    return (
      <Text size="sm" c="dimmed" py="sm">
        Precision and recall of each class show here when the training ends.
      </Text>
    );
  }
  const { value } = evaluation;
  return (
    <>
      <ClassTable
        evaluation={value}
        onOpen={(label) =>
          setGallery({
            title: value.classes[label] ?? '',
            samples: value.samples.filter((sample) => sample.label === label).toSorted((a, b) => b.loss - a.loss),
          })
        }
      />
      {gallery !== undefined && (
        <Gallery request={gallery} names={value.classes} onClose={() => setGallery(undefined)} />
      )}
    </>
  );
}
