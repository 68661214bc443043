import type { AnatomicalCase } from '#core/anatomy/phantomSpec.ts';
import { formatNumber } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { webSamples } from '#ui/model/samples.ts';

/** Body, name, and its voxels' edge in mm. */
const phantoms = [
  ['thorax', 'start.phantom', 1.5],
  ['abdomen', 'start.abdomen', 1.625],
  ['head', 'start.head', 1],
] as const;

/** The phantoms come with the app; the others name host, size and licence, and load on a click alone. */
export function SampleTiles({
  onPhantom,
  onUrl,
  busy,
}: {
  readonly onPhantom: (sample: `phantom:${AnatomicalCase}`) => void;
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
        {phantoms.map(([body, name, mm]) => (
          <li key={body}>
            <button
              type="button"
              className="tile"
              onClick={() => onPhantom(`phantom:${body}`)}
              disabled={busy}
              data-testid={`sample-${body}`}
            >
              <span className="picture-box">
                <img src={`/samples/${body}.webp`} alt="" width="480" height="400" />
              </span>
              <span className="words">
                <strong>{t(name)}</strong>
                <span>{t('start.phantomFacts', { mm: formatNumber(mm, 2) })}</span>
                <span className="badge">{t('start.synthetic')}</span>
              </span>
            </button>
          </li>
        ))}
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
                  <img src={thumbnail} alt="" width="480" height="400" loading="lazy" />
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
