import { type ReactNode, useEffect, useId, useRef } from 'react';

/** A dialog of the browser's own: it keeps the focus in, gives it back, and closes with Esc. */
export function PlainDialog({
  title,
  role,
  children,
  onClose,
}: {
  readonly title: string;
  /** A question that has to be answered; else a dialog as any. */
  readonly role?: 'alertdialog';
  readonly children: ReactNode;
  readonly onClose: () => void;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    <dialog ref={element} className="dialog" role={role} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
