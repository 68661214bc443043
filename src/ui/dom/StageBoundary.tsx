import { CircleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { t } from '#i18n/t.ts';

/** Where the 3D view cannot be drawn, its place says so, and the rest of the page goes on. */
export class StageBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="error-card" role="alert">
        <header>
          <CircleAlert aria-hidden />
          <div>
            <h2>{t('error.graphics')}</h2>
            <p>{t('error.graphicsDo')}</p>
          </div>
        </header>
        <div className="error-actions">
          <button type="button" className="button main" onClick={() => location.reload()}>
            {t('error.again')}
          </button>
        </div>
      </div>
    );
  }
}
