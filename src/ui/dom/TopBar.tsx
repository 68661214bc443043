import { Grid2x2, Redo2, Search, Settings, Undo2 } from 'lucide-react';
import { Button, Header, Menu, MenuSection, MenuTrigger, Separator, TooltipTrigger } from 'react-aria-components';
import { setLanguage, t } from '#i18n/t.ts';
import { useCase, useView, useViewer } from '#scene/viewerContext.ts';
import type { Theme, ViewState } from '#state/viewer.ts';
import { caseLine } from '#ui/model/caseLine.ts';
import { languages, themes } from '#ui/model/choices.ts';
import { CaseMenu } from './CaseMenu.tsx';
import { ChoiceItem, Floating, IconButton, Tip } from './Controls.tsx';
import { useDeskParts } from './deskContext.ts';
import { EnterButton } from './EnterButton.tsx';
import { FactsBadge } from './FactsBadge.tsx';
import { useLanguage } from './languageHook.ts';
import { Mark } from './Mark.tsx';
import { Keys } from './Rich.tsx';

/** What it is, what to know, take back, find, others, go in. */
export function TopBar() {
  const viewer = useViewer();
  const { desk } = useDeskParts();
  const line = useCase((state) => caseLine(state.volumes[0]));
  const canUndo = useCase((state) => state.canUndo);
  const canRedo = useCase((state) => state.canRedo);
  return (
    <section className="top-bar" aria-label={t('bar.region')} data-region="bar">
      <TooltipTrigger delay={500}>
        <Button
          className="icon-button bar-mark"
          aria-label={t('bar.start')}
          onPress={() => desk.set({ page: 'start' })}
        >
          <Mark />
        </Button>
        <Tip label={t('bar.start')} />
      </TooltipTrigger>
      <CaseMenu />
      <FactsBadge />
      <span className="quiet case-line" dir="ltr">
        {line}
      </span>
      <IconButton
        label={t('bar.undo')}
        keys="Ctrl Z"
        disabled={!canUndo}
        reason={t('bar.nothingToUndo')}
        onPress={() => viewer.case.verbs.undo()}
      >
        <Undo2 className="mirrored" aria-hidden />
      </IconButton>
      <span className="redo">
        <IconButton
          label={t('bar.redo')}
          keys="Ctrl Y"
          disabled={!canRedo}
          reason={t('bar.nothingToRedo')}
          onPress={() => viewer.case.verbs.redo()}
        >
          <Redo2 className="mirrored" aria-hidden />
        </IconButton>
      </span>
      <span className="gap" />
      <Button className="search-button" aria-label={t('bar.search')} onPress={() => desk.set({ palette: true })}>
        <Search aria-hidden />
        <span className="words">{t('bar.search')}</span>
        <Keys keys="Ctrl K" />
      </Button>
      <span className="gap" />
      <LayoutMenu />
      <SettingsMenu />
      <EnterButton />
    </section>
  );
}

const layouts: readonly ViewState['layout'][] = ['both', 'slices', '3d'];

function LayoutMenu() {
  const { view } = useViewer();
  const layout = useView((state) => state.layout);
  return (
    <MenuTrigger>
      <TooltipTrigger delay={500}>
        <Button className="icon-button wide-only" aria-label={t('bar.layout')}>
          <Grid2x2 aria-hidden />
        </Button>
        <Tip label={t('bar.layout')} keys="L" />
      </TooltipTrigger>
      <Floating placement="bottom end">
        <Menu
          className="menu"
          aria-label={t('bar.layout')}
          selectionMode="single"
          selectedKeys={[layout]}
          disallowEmptySelection
          onAction={(id) => view.verbs.set({ layout: id as ViewState['layout'] })}
        >
          {layouts.map((id) => (
            <ChoiceItem key={id} id={id} label={t(`bar.layout${id}`)} />
          ))}
        </Menu>
      </Floating>
    </MenuTrigger>
  );
}

function SettingsMenu() {
  const { view } = useViewer();
  const theme = useView((state) => state.theme);
  const code = useLanguage();
  const convention = useView((state) => state.convention);
  const look = useView((state) => state.look);
  const { set } = view.verbs;
  return (
    <MenuTrigger>
      <TooltipTrigger delay={500}>
        <Button className="icon-button" aria-label={t('settings.title')}>
          <Settings aria-hidden />
        </Button>
        <Tip label={t('settings.title')} />
      </TooltipTrigger>
      <Floating placement="bottom end">
        <Menu className="menu" aria-label={t('settings.title')}>
          <MenuSection
            selectionMode="single"
            selectedKeys={[theme]}
            disallowEmptySelection
            onSelectionChange={(keys) => set({ theme: only(keys) as Theme })}
          >
            <Header className="menu-header">{t('theme.title')}</Header>
            {themes.map((id) => (
              <ChoiceItem key={id} id={id} label={t(`theme.${id}`)} />
            ))}
          </MenuSection>
          <Separator className="menu-line" />
          <MenuSection
            selectionMode="single"
            selectedKeys={[look]}
            disallowEmptySelection
            onSelectionChange={(keys) => set({ look: only(keys) as ViewState['look'] })}
          >
            <Header className="menu-header">{t('settings.look')}</Header>
            <ChoiceItem id="full" label={t('settings.full')} />
            <ChoiceItem id="plain" label={t('settings.plain')} />
          </MenuSection>
          <Separator className="menu-line" />
          <MenuSection
            selectionMode="single"
            selectedKeys={[convention]}
            disallowEmptySelection
            onSelectionChange={(keys) => set({ convention: only(keys) as ViewState['convention'] })}
          >
            <Header className="menu-header">{t('settings.convention')}</Header>
            <ChoiceItem id="radiological" label={t('settings.radiological')} />
            <ChoiceItem id="neurological" label={t('settings.neurological')} />
          </MenuSection>
          <Separator className="menu-line" />
          <MenuSection
            selectionMode="single"
            selectedKeys={[code]}
            disallowEmptySelection
            onSelectionChange={(keys) => {
              const next = String(only(keys));
              set({ language: next });
              setLanguage(next);
            }}
          >
            <Header className="menu-header">{t('settings.language')}</Header>
            {languages.map((id) => (
              <ChoiceItem key={id} id={id} label={t(`language.${id}`)} />
            ))}
          </MenuSection>
        </Menu>
      </Floating>
    </MenuTrigger>
  );
}

const only = (keys: 'all' | Iterable<unknown>): unknown => (keys === 'all' ? undefined : [...keys][0]);
