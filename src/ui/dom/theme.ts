import type { Theme, Viewer } from '#state/viewer.ts';

/** Keeps `data-theme` of the document as the view says; 'system' follows the system. Gives the way to stop. */
export function followTheme(view: Viewer['view']): () => void {
  const contrast = matchMedia('(prefers-contrast: more)');
  const light = matchMedia('(prefers-color-scheme: light)');
  const apply = () => {
    document.documentElement.dataset.theme = resolved(view.getState().theme, contrast.matches, light.matches);
  };
  apply();
  const stop = view.subscribe((now, before) => now.theme !== before.theme && apply());
  contrast.addEventListener('change', apply);
  light.addEventListener('change', apply);
  return () => {
    stop();
    contrast.removeEventListener('change', apply);
    light.removeEventListener('change', apply);
  };
}

/** The theme that is drawn; dark where the system has no wish, as radiology rooms are dark. */
export function resolved(theme: Theme, contrast: boolean, light: boolean): Exclude<Theme, 'system'> {
  if (theme !== 'system') return theme;
  return contrast ? 'contrast' : light ? 'light' : 'dark';
}
