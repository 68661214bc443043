import { useRef } from 'react';

/** A name while it is typed: Enter or leaving it takes it, Escape does not. An empty one is none. */
export function RenameField({
  label,
  name,
  most,
  onName,
  onDone,
}: {
  readonly label: string;
  readonly name: string;
  /** Letters. */
  readonly most: number;
  readonly onName: (name: string) => void;
  readonly onDone: () => void;
}) {
  const over = useRef(false);
  const done = (typed: string | null) => {
    // Leaving the page of the field is a blur too.
    if (over.current) return;
    over.current = true;
    onDone();
    const trimmed = typed?.trim().slice(0, most);
    if (trimmed && trimmed !== name) onName(trimmed);
  };
  return (
    <input
      className="rename"
      aria-label={label}
      defaultValue={name}
      maxLength={most}
      dir="auto"
      // biome-ignore lint/a11y/noAutofocus: asked for by the double click or the menu
      autoFocus
      onFocus={(event) => event.target.select()}
      onBlur={(event) => done(event.target.value)}
      onPointerDown={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        // Whatever it stands in would take letters for a search and arrows for a move.
        event.stopPropagation();
        if (event.key === 'Enter') done(event.currentTarget.value);
        if (event.key === 'Escape') done(null);
      }}
    />
  );
}
