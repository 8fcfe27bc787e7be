/**
 * Every error a person can meet: a stable code, one sentence naming the culprit, one remedy.
 * Codes are part of the interface (scripts match on them): add, never rename.
 */
import { dataErrors } from './catalogue/data.ts';
import { documentsErrors } from './catalogue/documents.ts';
import { modelsErrors } from './catalogue/models.ts';
import { programErrors } from './catalogue/program.ts';
import { runsErrors } from './catalogue/runs.ts';

export const catalogue = {
  ...dataErrors,
  ...modelsErrors,
  ...documentsErrors,
  ...runsErrors,
  ...programErrors,
} as const;

export type ErrorCode = keyof typeof catalogue;
