/** Picture files that a person drops, pastes or chooses, as data URLs the engine reads. */

export const pictureTypes =
  'image/png,image/jpeg,image/webp,image/gif,image/tiff,image/avif,image/heic,image/heif,image/bmp,.heic,.heif';

/** Browsers know no type for some pictures. */
const typeless = /\.(heic|heif|hif|avif|bmp|tiff?)$/iu;

/** The files of a paste that has a picture among them; none of another one, which is not meant for the model. */
export function pastedFiles(transfer: DataTransfer | null): File[] {
  const files = [...(transfer?.files ?? [])];
  return files.some((file) => file.type.startsWith('image/') || typeless.test(file.name)) ? files : [];
}

/** Of what the browser knows to be something else nothing is read: it may be a film. */
export function isSomethingElse({ type }: File): boolean {
  return type !== '' && !type.startsWith('image/');
}

/** Rejects for a folder, which is among the files of a drop, and for what cannot be read. */
export function readDataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : ''));
    reader.addEventListener('error', () => reject(reader.error ?? new Error(`${file.name} cannot be read`)));
    reader.readAsDataURL(file);
  });
}
