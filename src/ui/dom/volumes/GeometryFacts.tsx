import { t } from '#i18n/t.ts';
import { useViewer } from '#scene/viewerContext.ts';
import type { VolumeRecord } from '#state/viewer.ts';
import { geometryCard } from '#ui/model/volumes.ts';

/** Everything that is known of a volume's grid and of where it lies. */
export function GeometryFacts({ volume }: { readonly volume: VolumeRecord }) {
  const { voxels } = useViewer();
  const card = geometryCard(volume, voxels.header(volume.id));
  return (
    <details className="geometry">
      <summary>{t('volumes.geometry')}</summary>
      <dl className="geometry-rows">
        {card.rows.map(({ label, value }) => (
          <div key={label} className="geometry-row">
            <dt>{label}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
      </dl>
      <Matrix label={t('volumes.fact.affine')} rows={card.affine} />
      {card.placed && <Matrix label={t('volumes.fact.transform')} rows={card.placed} />}
      {card.warnings.map(({ text, kept }) => (
        <p key={text} className="geometry-warning">
          {text}
          {kept && <span className="quiet"> {t('volumes.kept', { kept })}</span>}
        </p>
      ))}
    </details>
  );
}

function Matrix({ label, rows }: { readonly label: string; readonly rows: readonly (readonly string[])[] }) {
  return (
    <figure className="matrix">
      <figcaption>{label}</figcaption>
      <table dir="ltr" aria-label={label}>
        <tbody>
          {['R', 'A', 'S', ''].map((name, r) => (
            <tr key={name}>
              {rows[r]?.map((value, c) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a matrix is its places
                <td key={c}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
