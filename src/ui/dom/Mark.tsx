/** The sign of the program. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" fill="none" strokeWidth="3" strokeLinecap="round" aria-hidden="true">
      <path d="M4 5l12 22L28 5" stroke="currentColor" strokeLinejoin="round" />
      <path className="bar" d="M3 14h26" />
    </svg>
  );
}
