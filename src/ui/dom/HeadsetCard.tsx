import { RectangleGoggles } from 'lucide-react';
import { useState } from 'react';
import { t } from '#i18n/t.ts';
import { useView } from '#scene/viewerContext.ts';
import { useDeskParts } from './deskContext.ts';
import { PlainDialog } from './PlainDialog.tsx';
import { QrCode } from './QrCode.tsx';

/** Is there a headset, and if not, how to get one to this page. */
export function HeadsetCard() {
  const { host } = useDeskParts();
  const headset = useView((view) => view.headset);
  const [help, setHelp] = useState(false);
  const ready = headset === 'ready' || headset === 'emulated';
  const address = location.origin;
  const local = /^(localhost|127\.|\[::1\])/.test(location.hostname);
  return (
    <section className="side-card" aria-labelledby="headset-title">
      <div className="headset-head">
        <RectangleGoggles aria-hidden />
        <div>
          <h2 id="headset-title">
            {t(
              headset === 'ready'
                ? 'start.headsetReady'
                : headset === 'emulated'
                  ? 'start.headsetEmulated'
                  : headset === 'none'
                    ? 'start.noHeadset'
                    : 'start.headsetUnknown',
            )}
          </h2>
          <p className="note">{t(ready ? 'start.headsetReadyHow' : 'start.noHeadsetHow')}</p>
        </div>
      </div>
      {!ready && (
        <div className="headset-address">
          <QrCode text={address} />
          <div>
            <strong dir="ltr">{address}</strong>
            <p className="note">{t(local ? 'start.localOnly' : 'start.sameNetwork')}</p>
          </div>
        </div>
      )}
      <div className="side-actions">
        <button type="button" className="button" onClick={() => setHelp(true)}>
          {t('start.howToConnect')}
        </button>
        {!ready && (
          <a className="button" href={host.emulatedAddress()}>
            {t('start.tryEmulated')}
          </a>
        )}
      </div>
      {help && (
        <PlainDialog title={t('start.connectTitle')} onClose={() => setHelp(false)}>
          <ol>
            <li>{t('start.connect1')}</li>
            <li>{t('start.connect2')}</li>
            <li>{t('start.connect3')}</li>
            <li>{t('start.connect4')}</li>
          </ol>
          <div className="dialog-actions">
            <button type="button" className="button main" onClick={() => setHelp(false)}>
              {t('common.close')}
            </button>
          </div>
        </PlainDialog>
      )}
    </section>
  );
}
