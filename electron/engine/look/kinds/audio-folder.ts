import { inClassFolders } from '../class-folders.ts';
import { mainSort, type Recogniser } from '../recogniser.ts';

/** Sounds, in a folder for each class or in none. */
export const audioFolder: Recogniser = async (brought) =>
  mainSort(brought.files) === 'sound'
    ? { ...inClassFolders(brought, 'sound', 'sound'), task: 'tell-sounds' }
    : undefined;
