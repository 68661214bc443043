import { ChevronDown, Crosshair, X } from 'lucide-react';
import { useState } from 'react';
import { Button, ListBox, ListBoxItem, Select, SelectValue } from 'react-aria-components';
import { methodById, methods } from '#compute/methods/registry.ts';
import { placeWords } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useCase, useJobs, useViewer } from '#scene/viewerContext.ts';
import { givenSettings, settingFields } from '#ui/model/methodForm.ts';
import { Floating, IconButton } from '../Controls.tsx';
import { useDesk, useDeskParts } from '../deskContext.ts';
import { SettingInput } from './SettingInput.tsx';

type Given = Readonly<Record<string, number | boolean | null>>;

/** Every method of the registry, its settings as fields made from what it says of itself. */
export default function MethodsPanel() {
  const viewer = useViewer();
  const { desk } = useDeskParts();
  const id = useDesk((state) => state.method);
  const seeds = useDesk((state) => state.seeds);
  const volume = useCase((state) => state.volumes[0]);
  const busy = useJobs((state) => state.jobs.some(({ title }) => title === 'job.segmenting'));
  const [given, setGiven] = useState<Readonly<Record<string, Given>>>({});
  const method = methodById(id);
  const own = given[id] ?? {};
  const needsSeeds = method.seeds === 'required';
  const wrongKind = method.modality !== null && volume !== undefined && volume.modality !== method.modality;
  const run = () => {
    viewer.actions
      .segment({ method: id, settings: givenSettings(own), ...(needsSeeds ? { seeds } : {}) })
      .then(() => desk.set({ seeds: [] }))
      // What failed is on its card.
      .catch(() => undefined);
  };
  return (
    <div className="stack">
      <Select aria-label={t('methods.choose')} value={id} onChange={(key) => desk.set({ method: String(key) })}>
        <Button className="select-button">
          <SelectValue />
          <ChevronDown aria-hidden />
        </Button>
        <Floating>
          <ListBox className="menu" items={methods}>
            {({ id: each, title }) => (
              <ListBoxItem id={each} textValue={title} className="menu-item">
                {title}
              </ListBoxItem>
            )}
          </ListBox>
        </Floating>
      </Select>
      <p>{method.text}</p>
      {wrongKind && (
        <p className="field-error" role="status">
          {t('methods.otherModality', { needed: method.modality ?? '', got: volume?.modality ?? '' })}
        </p>
      )}
      {needsSeeds && <Seeds />}
      {settingFields(method, own, volume?.unit ?? '').map((field) => (
        <SettingInput
          key={`${id} ${field.name}`}
          field={field}
          onChange={(value) => setGiven({ ...given, [id]: { ...own, [field.name]: value } })}
        />
      ))}
      <p className="setting-help">{t('methods.source', { source: method.source })}</p>
      <div className="actions">
        <Button className="button" onPress={() => viewer.view.verbs.set({ tool: 'inspect' })}>
          {t('common.cancel')}
        </Button>
        <Button
          className="button main"
          isDisabled={busy || !volume || (needsSeeds && seeds.length === 0)}
          onPress={run}
          data-testid="run-method"
        >
          {t(busy ? 'methods.running' : 'methods.run')}
        </Button>
      </div>
    </div>
  );
}

/** Points that a method starts from. */
function Seeds() {
  const { desk } = useDeskParts();
  const seeds = useDesk((state) => state.seeds);
  const crosshair = useCase((state) => state.crosshair);
  return (
    <div className="stack tight">
      <p className="hint">{t('methods.seedsHint')}</p>
      {seeds.map((seed, n) => (
        <div key={seed.join(' ')} className="seed-row">
          <span dir="ltr">{placeWords(seed).join('  ')} mm</span>
          <IconButton
            small
            label={t('methods.removeSeed', { number: n + 1 })}
            onPress={() => desk.set({ seeds: seeds.filter((_, m) => m !== n) })}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      ))}
      {seeds.length === 0 && <p className="quiet">{t('methods.seedsNone')}</p>}
      <Button
        className="button"
        isDisabled={crosshair === null || seeds.some((seed) => seed.every((value, n) => value === crosshair?.[n]))}
        onPress={() => crosshair && desk.set({ seeds: [...seeds, crosshair] })}
      >
        <Crosshair aria-hidden />
        {t('methods.addCrosshair')}
      </Button>
    </div>
  );
}
