import { cocoFinding } from '../coco.ts';
import type { Recogniser } from '../recogniser.ts';

/** COCO with boxes: also what Roboflow exports, with `_annotations.coco.json` in each part. */
export const detectionCoco: Recogniser = async (brought) => cocoFinding(brought, 'boxes');
