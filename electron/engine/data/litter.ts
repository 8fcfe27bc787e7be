/** Files and folders that systems, network drives and tools leave among pictures, and no person has put there. */

/** By name in small letters, of folders and files alike; whatever begins with a dot is passed over as well. */
const litter: ReadonlySet<string> = new Set([
  // macOS, in archives and on other systems' disks.
  '__macosx',
  'icon\r',
  'network trash folder',
  'temporary items',
  // Windows.
  '$recycle.bin',
  'recycler',
  'system volume information',
  'desktop.ini',
  'thumbs.db',
  'thumbs.db:encryptable',
  'ehthumbs.db',
  'ehthumbs_vista.db',
  // Linux.
  'lost+found',
  // Synology, QNAP and other network drives.
  '@eadir',
  '@recycle',
  '@recently-snapshot',
  '@tmp',
  '#recycle',
  '#snapshot',
  // Tools.
  '__pycache__',
]);

export function isLitter(name: string): boolean {
  return name.startsWith('.') || litter.has(name.toLowerCase());
}
