/**
 * Paths that name another computer. On Windows, asking for one sends the person's name and a proof of their password
 * to it, so a path that came from a file is looked at as text first.
 */

/**
 * The computer that a path names, in lower case; undefined for a path on this machine. Drives that a person has given
 * a letter are on this machine, wherever they lead: somebody here has signed in to them.
 */
export function computerOf(path: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform !== 'win32') return undefined;
  const slashed = path.replaceAll('/', '\\');
  if (!slashed.startsWith('\\\\')) return undefined;
  // \\?\UNC\computer\share and \\.\UNC\computer\share are the long forms; \\?\C:\folder is a drive of this machine.
  const long = /^\\\\[?.]\\(?<rest>.*)$/s.exec(slashed)?.groups?.['rest'];
  const named = long === undefined ? slashed.slice(2) : /^UNC\\(?<rest>.*)$/is.exec(long)?.groups?.['rest'];
  if (named === undefined) return /^[a-z]:(?:\\|$)/i.test(long ?? '') ? undefined : '.';
  return named.split('\\')[0]?.toLowerCase() || '.';
}
