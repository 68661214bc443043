import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp } from 'lucide-react';
import { Fragment } from 'react';

/** Drawn: the font has no letters for all of them. */
const arrows: Readonly<Record<string, typeof ArrowUp>> = {
  '←': ArrowLeft,
  '↑': ArrowUp,
  '→': ArrowRight,
  '↓': ArrowDown,
};

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
      {keys.split(' ').map((key) => {
        const Arrow = arrows[key];
        return (
          <kbd className="key" key={key}>
            {Arrow ? <Arrow aria-label={key} /> : key}
          </kbd>
        );
      })}
    </span>
  );
}
