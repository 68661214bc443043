import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { t } from '#i18n/t.ts';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <h1>{t('app.name')}</h1>
  </StrictMode>,
);
