import { formatNumber } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { webSamples } from '#ui/model/samples.ts';

/** The phantom comes with the app; the others name host, size and licence, and load on a click alone. */
export function SampleTiles({
  onPhantom,
  onUrl,
  busy,
}: {
  readonly onPhantom: () => void;
  readonly onUrl: (url: string) => void;
  readonly busy: boolean;
}) {
  return (
    <section aria-labelledby="samples-title">
      <div className="section-head">
        <h2 id="samples-title">{t('start.samples')}</h2>
        <span>{t('start.samplesNote')}</span>
      </div>
      <ul className="tiles">
        <li>
          <button type="button" className="tile" onClick={onPhantom} disabled={busy} data-testid="sample-phantom">
            <span className="picture-box">
              <img src="/samples/thorax.webp" alt="" width="220" height="184" />
              <span className="badge">{t('start.synthetic')}</span>
            </span>
            <span className="words">
              <strong>{t('start.phantom')}</strong>
              <span>{t('start.phantomFacts')}</span>
            </span>
          </button>
        </li>
        {webSamples.map(({ id, name, facts, url, host, bytes, licence, thumbnail }) => {
          const size = `${formatNumber(bytes / 1e6, 1)}\u202fMB`;
          return (
            <li key={id}>
              <button
                type="button"
                className="tile"
                onClick={() => onUrl(url)}
                disabled={busy}
                title={t('start.sampleLoad', { name, size, host, licence })}
              >
                <span className="picture-box">
                  <img src={thumbnail} alt="" width="220" height="184" loading="lazy" />
                </span>
                <span className="words">
                  <strong>{name}</strong>
                  <span>{`${facts}, ${size}`}</span>
                  <span className="host">{host}</span>
                  <span>{t('start.licence', { licence })}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
