import type { Recogniser } from '../recogniser.ts';
import { yoloFinding } from '../yolo.ts';

/** YOLO with polygons. */
export const segmentationYolo: Recogniser = async (brought) => yoloFinding(brought, 'outlines');
