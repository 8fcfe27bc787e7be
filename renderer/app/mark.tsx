/** The product's mark: a scion set into a rootstock. */
export function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M10 19V11.5" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
      <path d="M10 12 4.5 6.5" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
      <path d="M10 12 15 7" stroke="var(--socket-targets)" strokeWidth="2.4" strokeLinecap="round" />
      <path d="M14 7.5c-.4-3 1-5.2 4-6 .6 3.2-.8 5.4-4 6z" fill="var(--socket-targets)" />
      <circle cx="4.2" cy="5.2" r="2.2" fill="currentColor" />
    </svg>
  );
}
