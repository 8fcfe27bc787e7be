import { cocoFinding } from '../coco.ts';
import type { Recogniser } from '../recogniser.ts';

/** COCO with polygons or run-length masks. */
export const segmentationCoco: Recogniser = async (brought) => cocoFinding(brought, 'outlines');
