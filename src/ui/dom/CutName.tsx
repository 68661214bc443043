import { nameParts } from '#ui/model/nameParts.ts';

/** A name that is cut in its middle where room is short; whole in its tooltip and to a screen reader. */
export function CutName({ name }: { readonly name: string }) {
  const [head, tail] = nameParts(name);
  return (
    <span className="name cut-name" title={name} dir="auto">
      <span>{head}</span>
      <span>{tail}</span>
    </span>
  );
}
