const dayAndTime = new Intl.DateTimeFormat('en', {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
});
const wholeDate = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'short', day: 'numeric' });

/** When something was, seen from `now`: “2 minutes ago”, “Nov 23, 15:40”, “Nov 23, 2025”. `time` is ISO 8601. */
export function startedWords(time: string, now: Date): string {
  const then = new Date(time);
  if (Number.isNaN(then.getTime())) return '';
  const minutes = Math.floor((now.getTime() - then.getTime()) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return minutes === 1 ? '1 minute ago' : `${minutes} minutes ago`;
  if (minutes < 6 * 60) return minutes < 120 ? '1 hour ago' : `${Math.floor(minutes / 60)} hours ago`;
  return then.getFullYear() === now.getFullYear() ? dayAndTime.format(then) : wholeDate.format(then);
}
