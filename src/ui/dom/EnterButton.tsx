import { ChevronDown, Globe, RectangleGoggles, Smartphone } from 'lucide-react';
import { Button, Group, MenuTrigger, TooltipTrigger } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useCase, useView, useViewer } from '#scene/viewerContext.ts';
import { ActMenu, type Choice, Floating, Tip } from './Controls.tsx';
import { useDeskParts } from './deskContext.ts';

/** Into the headset; where there is none, why not and what else. */
export function EnterButton() {
  const { actions } = useViewer();
  const { host, desk } = useDeskParts();
  const headset = useView((state) => state.headset);
  const ar = useView((state) => state.headsetAr);
  const xr = useView((state) => state.xr);
  const open = useCase((state) => state.volumes.length > 0);
  const ready = (headset === 'ready' || headset === 'emulated') && open;
  const inside = xr !== 'none';
  // What fails has a card, or is a person's own no.
  const enter = (mode: 'immersive-vr' | 'immersive-ar') => void actions.enterXR(mode).catch(() => undefined);
  const reason = t(headset === 'unknown' ? 'bar.headsetWait' : 'bar.noHeadsetReason');
  const choices: Choice[] = [
    {
      id: 'vr',
      label: t('bar.vr'),
      icon: <RectangleGoggles aria-hidden />,
      disabled: !ready,
      onAction: () => enter('immersive-vr'),
    },
    {
      id: 'ar',
      label: t('bar.ar'),
      icon: <Smartphone aria-hidden />,
      disabled: !ready || !ar,
      onAction: () => enter('immersive-ar'),
    },
    {
      id: 'emulate',
      label: t('bar.emulate'),
      icon: <RectangleGoggles aria-hidden />,
      disabled: headset === 'ready' || headset === 'emulated',
      onAction: () => location.assign(host.emulatedAddress()),
    },
    {
      id: 'address',
      label: t('bar.address'),
      icon: <Globe aria-hidden />,
      onAction: () => desk.set({ page: 'start' }),
    },
  ];
  return (
    <Group className="enter" aria-label={t('bar.enterVr')}>
      <TooltipTrigger delay={400}>
        <Button
          className={ready ? 'button main' : 'button'}
          // Not the attribute: what cannot be pressed can still say why.
          {...(ready ? {} : { 'aria-disabled': true })}
          data-testid="enter-vr"
          onPress={() => {
            if (inside) void actions.exitXR();
            else if (ready) enter('immersive-vr');
          }}
        >
          <RectangleGoggles aria-hidden />
          <span className="word">{t(inside ? 'bar.leaveVr' : 'bar.enterVr')}</span>
        </Button>
        <Tip label={ready ? t('bar.enterVr') : reason} />
      </TooltipTrigger>
      <MenuTrigger>
        <Button className={ready ? 'button main' : 'button'} aria-label={t('bar.headsetMenu')}>
          <ChevronDown aria-hidden />
        </Button>
        <Floating placement="bottom end">
          <ActMenu label={t('bar.headsetMenu')} choices={choices} />
        </Floating>
      </MenuTrigger>
    </Group>
  );
}
