/**
 * How well a typed query fits a name and its synonyms: 0 is not at all. Every typed word must occur; the start
 * of the name counts most, then the start of a word in it, then synonyms, then anything inside.
 */
export function rank(query: string, name: string, synonyms: readonly string[]): number {
  const words = query
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  let total = 0;
  for (const word of words) {
    const score = rankWord(word, name.toLowerCase(), synonyms);
    if (score === 0) return 0;
    total += score;
  }
  return total;
}

function rankWord(word: string, name: string, synonyms: readonly string[]): number {
  if (name.startsWith(word)) return 100 - Math.min(20, name.length - word.length);
  if (name.split(/[\s·.…-]+/u).some((part) => part.startsWith(word))) return 70;
  const lower = synonyms.map((synonym) => synonym.toLowerCase());
  if (lower.includes(word)) return 60;
  if (lower.some((synonym) => synonym.startsWith(word))) return 50;
  if (name.includes(word)) return 30;
  if (lower.some((synonym) => synonym.includes(word))) return 20;
  return 0;
}
