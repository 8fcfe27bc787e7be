/** What somebody brought: the recognisers are asked in turn, and one sentence is made of what the first says that knows. */
import {
  lookKinds,
  lookTasks,
  templatesFor,
  type Look,
  type LookKind,
  type LookTaskName,
} from '#shared/protocol/look.ts';
import { whatLiesIn, type Brought, type LookLimits } from './brought.ts';
import { countOf, fileSorts } from './file-sorts.ts';
import { audioFolder } from './kinds/audio-folder.ts';
import { conversations } from './kinds/conversations.ts';
import { detectionCoco } from './kinds/detection-coco.ts';
import { detectionCreateml } from './kinds/detection-createml.ts';
import { detectionCsv } from './kinds/detection-csv.ts';
import { detectionCvat } from './kinds/detection-cvat.ts';
import { detectionLabelStudio } from './kinds/detection-label-studio.ts';
import { detectionVoc } from './kinds/detection-voc.ts';
import { detectionYolo } from './kinds/detection-yolo.ts';
import { graftProject } from './kinds/graft-project.ts';
import { imageFolder } from './kinds/image-folder.ts';
import { looseImages } from './kinds/loose-images.ts';
import { onnxModel } from './kinds/onnx-model.ts';
import { questionAnswering } from './kinds/question-answering.ts';
import { segmentationCoco } from './kinds/segmentation-coco.ts';
import { segmentationMasks } from './kinds/segmentation-masks.ts';
import { segmentationYolo } from './kinds/segmentation-yolo.ts';
import { table } from './kinds/table.ts';
import { textFolder } from './kinds/text-folder.ts';
import { isMixed, mayBeAnnotated, unknown } from './kinds/unknown.ts';
import { weights } from './kinds/weights.ts';
import type { Aids, Finding, Recogniser } from './recogniser.ts';

const recognisers = {
  'graft-project': graftProject,
  'onnx-model': onnxModel,
  weights,
  'detection-voc': detectionVoc,
  'detection-cvat': detectionCvat,
  'segmentation-coco': segmentationCoco,
  'detection-coco': detectionCoco,
  'detection-createml': detectionCreateml,
  'detection-label-studio': detectionLabelStudio,
  'segmentation-yolo': segmentationYolo,
  'detection-yolo': detectionYolo,
  'detection-csv': detectionCsv,
  'segmentation-masks': segmentationMasks,
  'image-folder': imageFolder,
  'loose-images': looseImages,
  'audio-folder': audioFolder,
  'question-answering': questionAnswering,
  conversations,
  table,
  'text-folder': textFolder,
  unknown,
} as const satisfies Record<LookKind, Recogniser>;

/**
 * Looks at files and folders, of which names are read and few files are opened. Nothing is written.
 * Throws `files.missing`, and the system's errors for what may not be read.
 * @param paths absolute
 */
export async function look(paths: readonly string[], aids: Aids, limits?: LookLimits): Promise<Look> {
  const brought = await whatLiesIn(paths, limits);
  const asked = isMixed(brought) ? lookKinds.filter((kind) => mayBe(kind, brought)) : lookKinds;
  for (const kind of asked) {
    const finding = await recognisers[kind](brought, aids);
    if (finding) return answer(kind, finding, brought);
  }
  throw new Error('nothing was said of what was brought');
}

/** What things of several sorts may be, brought together. */
function mayBe(kind: LookKind, brought: Brought): boolean {
  return kind === 'unknown' || (/^(?:detection|segmentation)-/u.test(kind) && mayBeAnnotated(brought));
}

function answer(kind: LookKind, finding: Finding, brought: Brought): Look {
  const { words, task, samples, classes = [], columns = [], parts = {}, leftOut = [], examples = [] } = finding;
  const can = finding.can ?? (task === undefined ? [] : templatesFor(task));
  const [only, ...others] = brought.paths;
  return {
    kind,
    title: task === undefined ? words : words + purpose(task),
    samples,
    classes: [...classes],
    columns: [...columns],
    parts: { ...parts },
    left_out: [...leftOut],
    can: [...can],
    path: finding.path ?? (others.length === 0 ? (only ?? '') : ''),
    counts: countsOf(brought),
    examples: [...examples],
    more: brought.more,
  };
}

/** What it is for, where that is not here yet; what can be done needs no words beside its button. */
function purpose(task: LookTaskName): string {
  return templatesFor(task).length > 0 ? '' : `: for ${lookTasks[task].words}, which is not here yet`;
}

function countsOf({ files }: Brought): Look['counts'] {
  const bySort = Map.groupBy(files, ({ sort }) => sort);
  return fileSorts
    .flatMap((sort) => {
      const count = bySort.get(sort)?.length ?? 0;
      return count === 0 ? [] : [{ what: countOf(sort, count).replace(/^\S+ /u, ''), count }];
    })
    .toSorted((left, right) => right.count - left.count);
}
