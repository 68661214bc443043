import { type FormEvent, useState } from 'react';
import { t } from '#i18n/t.ts';
import { parseLinks } from '#ui/model/links.ts';
import { PlainDialog } from './PlainDialog.tsx';

/** Addresses of a scan, checked before anything is asked of a host. */
export function LinkDialog({
  onClose,
  onOpen,
}: {
  readonly onClose: () => void;
  readonly onOpen: (urls: readonly string[]) => void;
}) {
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { urls, bad } = parseLinks(text);
    if (bad !== null) return setError(t('start.linkBad', { text: bad }));
    if (urls.length === 0) return setError(t('start.linkEmpty'));
    onClose();
    onOpen(urls);
  };
  return (
    <PlainDialog title={t('start.linkTitle')} onClose={onClose}>
      <form className="link-form" onSubmit={submit}>
        <label htmlFor="link-text">{t('start.linkLabel')}</label>
        <textarea
          id="link-text"
          className="field-input"
          dir="ltr"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setError('');
          }}
          aria-invalid={error !== ''}
          aria-describedby="link-hint"
          // biome-ignore lint/a11y/noAutofocus: the dialog has this one field
          autoFocus
        />
        <p id="link-hint" className={error ? 'field-error' : 'quiet'} role={error ? 'alert' : undefined}>
          {error || t('start.linkHint')}
        </p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {t('common.cancel')}
          </button>
          <button type="submit" className="button main">
            {t('start.linkOpen')}
          </button>
        </div>
      </form>
    </PlainDialog>
  );
}
