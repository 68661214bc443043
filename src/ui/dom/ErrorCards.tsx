import { CircleAlert, Copy, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { t } from '#i18n/t.ts';
import { useCase, useJobs, useViewer } from '#scene/viewerContext.ts';
import type { ErrorCard } from '#state/viewer.ts';
import { errorText } from '#ui/model/errorText.ts';
import { offer } from '#ui/model/offer.ts';
import { useDeskParts } from './deskContext.ts';

/** What failed, until it is closed: newest on top. Plain controls, since a file can fail before any panel has loaded. */
export function ErrorCards() {
  const errors = useJobs((state) => state.errors);
  if (errors.length === 0) return null;
  return (
    <section className="error-cards" aria-label={t('error.region')}>
      {[...errors].reverse().map((card) => (
        <Card key={card.id} card={card} />
      ))}
    </section>
  );
}

function Card({ card }: { readonly card: ErrorCard }) {
  const viewer = useViewer();
  const { desk } = useDeskParts();
  const title = useCase((state) => (state.volumes.length > 0 ? state.title : ''));
  const host = useStore(desk, (state) => state.lastHost);
  const heading = useRef<HTMLHeadingElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { coarser, ...words } = errorText(card.error, title, { origin: location.origin, host });
  const close = () => viewer.jobs.verbs.dismissError(card.id);
  return (
    <div className="error-card" role="alert">
      <header>
        <CircleAlert aria-hidden />
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {words.title}
          </h2>
          <p>{words.state}</p>
        </div>
        <button type="button" className="icon-button small" aria-label={t('error.close')} onClick={close}>
          <X aria-hidden />
        </button>
      </header>
      <dl>
        {words.rows.map(({ label, text }) => (
          <div key={label} className="contents">
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p>{words.advice}</p>
      <div className="error-actions">
        {coarser && (
          <button
            type="button"
            className="button main"
            onClick={() => {
              close();
              viewer.actions.openCoarser(card.error.file ?? '', coarser.factor).catch(() => undefined);
            }}
          >
            {coarser.text}
          </button>
        )}
        {words.offersFile && (
          <>
            <button type="button" className={coarser ? 'button' : 'button main'} onClick={() => input.current?.click()}>
              {t('error.another')}
            </button>
            <input
              ref={input}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                const files = [...(event.target.files ?? [])];
                if (files.length === 0) return;
                close();
                offer(viewer, desk, { files }).catch(() => undefined);
              }}
            />
          </>
        )}
        <button type="button" className={words.offersFile ? 'button' : 'button main'} onClick={close}>
          {t('error.close')}
        </button>
        <button
          type="button"
          className="button square"
          aria-label={t('error.copy')}
          title={t('error.copy')}
          onClick={() => {
            // Where the clipboard is refused, nothing is copied and nothing is said to be.
            navigator.clipboard?.writeText(words.asText).then(
              () => viewer.jobs.verbs.notify('notice.copied', ''),
              () => undefined,
            );
          }}
        >
          <Copy aria-hidden />
        </button>
      </div>
    </div>
  );
}
