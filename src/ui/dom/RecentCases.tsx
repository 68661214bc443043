import { Box, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatDay, formatMegabytes } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useCase, useKeeping, useViewer } from '#scene/viewerContext.ts';
import type { StoredCaseEntry } from '#state/viewer.ts';
import { useDeskParts } from './deskContext.ts';
import { PlainDialog } from './PlainDialog.tsx';
import './recent.css';

/** Cases that are kept on this device, newest first; each opens with one click and is deleted by a question only. */
export default function RecentCases() {
  const cases = useKeeping((state) => state.cases) ?? [];
  const usage = useKeeping((state) => state.usage);
  const [leaving, setLeaving] = useState<StoredCaseEntry | null>(null);
  return (
    <>
      <ul className="recent" data-testid="recent">
        {cases.map((entry) => (
          <Row key={entry.id} entry={entry} onDelete={() => setLeaving(entry)} />
        ))}
      </ul>
      {usage && (
        <p className="note">
          {t('start.usage', { used: formatMegabytes(usage.used), quota: formatMegabytes(usage.quota) })}
        </p>
      )}
      {leaving && <DeleteQuestion entry={leaving} onClose={() => setLeaving(null)} />}
    </>
  );
}

function Row({ entry, onDelete }: { readonly entry: StoredCaseEntry; readonly onDelete: () => void }) {
  const viewer = useViewer();
  const { desk } = useDeskParts();
  const open = useKeeping((state) => state.open === entry.id);
  // The open one may have been renamed since the list was read.
  const title = useCase((state) => (open ? state.title : entry.title));
  const name = title || t('start.untitled');
  const [when, size] = [formatDay(entry.savedAt), formatMegabytes(entry.bytes)];
  const readable = entry.state === 'whole';
  const go = () => {
    if (open) desk.set({ page: 'desk' });
    // What failed is on its card.
    else viewer.actions.open({ stored: entry.id }).catch(() => undefined);
  };
  return (
    <li>
      <button
        type="button"
        className="recent-open"
        disabled={!readable}
        aria-label={t('start.openKept', { name, when, size })}
        onClick={go}
      >
        <Thumbnail bytes={entry.picture} />
        <span className="recent-name">{name}</span>
        <span className="note">
          {open
            ? t('start.openNow')
            : readable
              ? `${when} · ${size}`
              : t(entry.state === 'newer' ? 'start.newerKept' : 'start.damagedKept')}
        </span>
      </button>
      {!open && (
        <button
          type="button"
          className="icon-button small"
          aria-label={t('start.delete', { name })}
          title={t('start.delete', { name })}
          onClick={onDelete}
        >
          <Trash2 aria-hidden />
        </button>
      )}
    </li>
  );
}

function Thumbnail({ bytes }: { readonly bytes: Uint8Array<ArrayBuffer> | null }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (!bytes) return;
    const made = URL.createObjectURL(new Blob([bytes], { type: 'image/webp' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  return <span className="recent-picture">{url ? <img src={url} alt="" /> : <Box aria-hidden />}</span>;
}

function DeleteQuestion({ entry, onClose }: { readonly entry: StoredCaseEntry; readonly onClose: () => void }) {
  const { keeping, jobs } = useViewer();
  const name = entry.title || t('start.untitled');
  const remove = () => {
    onClose();
    // What failed is on its card.
    jobs.verbs.run('job.deleting', name, () => keeping.verbs.remove(entry.id)).catch(() => undefined);
  };
  return (
    <PlainDialog role="alertdialog" title={t('start.deleteTitle', { name })} onClose={onClose}>
      <p>{t('start.deleteWhat', { size: formatMegabytes(entry.bytes) })}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {t('common.cancel')}
        </button>
        <button type="button" className="button harm" onClick={remove}>
          {t('start.deleteDo')}
        </button>
      </div>
    </PlainDialog>
  );
}
