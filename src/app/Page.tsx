import { useCallback, useMemo } from 'react';
import { useStore } from 'zustand';
import { t } from '#i18n/t.ts';
import { SlicePlanes } from '#scene/planes/SlicePlanes.tsx';
import { Stage } from '#scene/Stage.tsx';
import type { StageModel } from '#scene/StageModel.ts';
import { ViewerContext } from '#scene/viewerContext.ts';
import { Desk } from '#ui/dom/Desk.tsx';
import { DeskContext, type DeskParts } from '#ui/dom/deskContext.ts';
import { createDeskStore } from '#ui/model/deskStore.ts';
import { offer } from '#ui/model/offer.ts';
import type { Composition } from './createViewer.ts';
import { xrParts } from './headset.ts';
import { refsOfDrop } from './sources.ts';

/** Binds the desk to what app alone knows: the stage, files of a drop, the address. */
export function Page({ composition, opening }: { readonly composition: Composition; readonly opening: boolean }) {
  const onStage = useCallback(
    (stage: StageModel | null) => {
      composition.stage = stage;
    },
    [composition],
  );
  const { ContentWrapper, room } = useStore(xrParts);
  const title = useStore(composition.store, (state) => state.title);
  const parts = useMemo<DeskParts>(() => {
    const desk = createDeskStore(opening ? 'desk' : 'start');
    return {
      desk,
      host: {
        async openDrop(items) {
          const refs = await refsOfDrop(items);
          if (refs.length === 0) throw new Error('a drop without files');
          await offer(composition.viewer, desk, { refs });
        },
        project(ras) {
          const at = composition.stage?.project(ras);
          return at?.before ? { x: at.x, y: at.y } : null;
        },
        emulatedAddress() {
          const url = new URL(location.href);
          url.searchParams.set('xr', 'emulate');
          return url.href;
        },
      },
    };
  }, [composition, opening]);
  return (
    <ViewerContext.Provider value={composition.viewer}>
      <DeskContext.Provider value={parts}>
        <div className="page">
          <Desk
            stage={
              <Stage
                onStage={onStage}
                contact={composition.lights.store}
                ContentWrapper={ContentWrapper}
                room={room}
                label={t('view.label', { name: title || t('app.name') })}
                describedBy="view-description"
              >
                <SlicePlanes />
              </Stage>
            }
          />
        </div>
      </DeskContext.Provider>
    </ViewerContext.Provider>
  );
}
