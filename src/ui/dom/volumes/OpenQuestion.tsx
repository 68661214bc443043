import { FolderOpen, Layers } from 'lucide-react';
import { t } from '#i18n/t.ts';
import { useCase, useViewer } from '#scene/viewerContext.ts';
import type { OpenSource } from '#state/viewer.ts';
import { useDeskParts } from '../deskContext.ts';
import { PlainDialog } from '../PlainDialog.tsx';
import './volumes.css';

/** A scan is open and another was chosen: does it come instead, or lie over it? Esc leaves everything as it is. */
export default function OpenQuestion({ source }: { readonly source: OpenSource }) {
  const { actions } = useViewer();
  const { desk } = useDeskParts();
  const name = useCase((state) => state.title);
  const answer = (work: (source: OpenSource) => Promise<unknown>) => {
    desk.set({ asked: null, page: 'desk' });
    // What failed is on its card.
    work(source).catch(() => undefined);
  };
  const layOver = async () => {
    const id = await actions.addVolume(source);
    desk.set({ volume: id, docked: 'volumes', drawer: true, sheetTab: 'tool' });
  };
  return (
    <PlainDialog title={t('volumes.ask', { name })} onClose={() => desk.set({ asked: null })}>
      <div className="ask-choices">
        <button type="button" className="ask-choice" data-testid="lay-over" onClick={() => answer(layOver)}>
          <Layers aria-hidden />
          <strong>{t('volumes.layOver')}</strong>
          <span className="quiet">{t('volumes.layOverHow')}</span>
        </button>
        <button type="button" className="ask-choice" data-testid="instead" onClick={() => answer(actions.open)}>
          <FolderOpen aria-hidden />
          <strong>{t('volumes.instead')}</strong>
          <span className="quiet">{t('volumes.insteadHow')}</span>
        </button>
      </div>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => desk.set({ asked: null })}>
          {t('common.cancel')}
        </button>
      </div>
    </PlainDialog>
  );
}
