import { z } from 'zod';
import { catalogue, type ErrorCode } from '#shared/messages/catalogue.ts';

export const problemSchema = z.object({
  code: z.enum(Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  remedy: z.string(),
  node: z.string().optional(),
  wire: z.string().optional(),
});
