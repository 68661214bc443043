import { Fragment } from 'react';

/** A phrase with **strong** words and `keys` in it. */
export function Rich({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part, n) => {
        // biome-ignore-start lint/suspicious/noArrayIndexKey: parts of one phrase never change places
        if (part.startsWith('**')) return <strong key={n}>{part.slice(2, -2)}</strong>;
        if (part.startsWith('`')) return <Keys key={n} keys={part.slice(1, -1)} />;
        return <Fragment key={n}>{part}</Fragment>;
        // biome-ignore-end lint/suspicious/noArrayIndexKey: as above
      })}
    </>
  );
}

/** 'Ctrl K' as two caps. */
export function Keys({ keys }: { readonly keys: string }) {
  return (
    <span className="keys" dir="ltr">
      {keys.split(' ').map((key) => (
        <kbd className="key" key={key}>
          {key}
        </kbd>
      ))}
    </span>
  );
}
