import type { Recogniser } from '../recogniser.ts';
import { yoloFinding } from '../yolo.ts';

/** YOLO with boxes. */
export const detectionYolo: Recogniser = async (brought) => yoloFinding(brought, 'boxes');
