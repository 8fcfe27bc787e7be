/** Picture files that a person drops, pastes or chooses, as data URLs the engine reads. */

export const pictureTypes =
  'image/png,image/jpeg,image/webp,image/gif,image/tiff,image/avif,image/heic,image/heif,image/bmp,.heic,.heif';

/** Browsers know no type for some pictures. */
const typeless = /\.(heic|heif|hif|avif|bmp|tiff?)$/iu;

/** The picture files of a drop or a paste. */
export function picturesOf(transfer: DataTransfer | null): File[] {
  return [...(transfer?.files ?? [])].filter((file) => file.type.startsWith('image/') || typeless.test(file.name));
}

export function readDataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : ''));
    reader.addEventListener('error', () => reject(reader.error ?? new Error(`${file.name} cannot be read`)));
    reader.readAsDataURL(file);
  });
}
