/** The notices of what others have made, as the build wrote them beside the window's pages. */
import { z } from 'zod';

const noticeSchema = z.object({
  name: z.string(),
  version: z.string(),
  licence: z.string(),
  note: z.string().optional(),
  /** Page where its source is. */
  source: z.string().optional(),
  /** Position of its text; several have the same. */
  text: z.int().nonnegative(),
});
export type Notice = z.infer<typeof noticeSchema>;

const noticesSchema = z.object({
  licence: z.string(),
  notices: z.array(noticeSchema).readonly(),
  texts: z.array(z.string()).readonly(),
});
export type Notices = z.infer<typeof noticesSchema>;

let reading: Promise<Notices> | undefined;

/** Read when they are first wanted; what fails is tried again the next time. */
export function readNotices(): Promise<Notices> {
  reading ??= fetch('./notices.json')
    .then(async (answer) => {
      if (!answer.ok) throw new Error(`the notices cannot be read: ${answer.status}`);
      return noticesSchema.parse(await answer.json());
    })
    .catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
  return reading;
}

/** Those in whose name, licence or text every word of a search is found. */
export function search({ notices, texts }: Notices, query: string): readonly Notice[] {
  const words = query.toLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return notices;
  const lower = texts.map((text) => text.toLowerCase());
  return notices.filter((notice) => {
    const said = `${notice.name} ${notice.version} ${notice.licence} ${notice.note ?? ''}`.toLowerCase();
    return words.every((word) => said.includes(word) || (lower[notice.text] ?? '').includes(word));
  });
}
