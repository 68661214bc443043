import { useEffect, useState } from 'react';
import { VesaliusError } from '#core/errors.ts';
import { useViewer } from '#scene/viewerContext.ts';
import { useDeskParts } from './deskContext.ts';

/** The whole page takes files and folders; true while some are held over it. */
export function useDrop(): boolean {
  const { jobs } = useViewer();
  const { host, desk } = useDeskParts();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (holdsFiles(event) && --depth <= 0) setOver(false);
    };
    const stay = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    };
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!holdsFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      desk.set({ lastHost: '' });
      // What cannot be read is on its card and a cancel is known; a drop that holds nothing at all has neither.
      host.openDrop(event.dataTransfer.items).catch((thrown: unknown) => {
        if (!(thrown instanceof VesaliusError)) jobs.verbs.notify('notice.notFiles', '');
      });
    };
    addEventListener('dragenter', enter);
    addEventListener('dragleave', leave);
    addEventListener('dragover', stay);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragenter', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('dragover', stay);
      removeEventListener('drop', drop);
    };
  }, [host, desk, jobs]);
  return over;
}
