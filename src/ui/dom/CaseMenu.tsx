import { Camera, ChevronDown, CircleX, Download, FolderOpen, Layers, Pencil } from 'lucide-react';
import { Button, MenuTrigger } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useCase } from '#scene/viewerContext.ts';
import { closeCase, type ExportFormat, exportAs } from '#ui/model/acts.ts';
import { ActMenu, type Choice, Floating } from './Controls.tsx';
import { CutName } from './CutName.tsx';
import { useActs, useDesk } from './deskContext.ts';
import { RenameField } from './RenameField.tsx';

const formats: readonly {
  readonly id: ExportFormat;
  readonly act: 'act.exportStl' | 'act.exportGlb' | 'act.exportObj' | 'act.exportPly' | 'act.exportNifti';
}[] = [
  { id: 'stl', act: 'act.exportStl' },
  { id: 'glb', act: 'act.exportGlb' },
  { id: 'obj', act: 'act.exportObj' },
  { id: 'ply', act: 'act.exportPly' },
  { id: 'nifti', act: 'act.exportNifti' },
];

/** The case's name; behind it another scan, files to take along, a picture. */
export function CaseMenu() {
  const context = useActs();
  const title = useCase((state) => state.title);
  const empty = useCase((state) => state.segments.length === 0);
  const open = useCase((state) => state.volumes.length > 0);
  const renaming = useDesk((state) => state.renamingCase);
  const { desk, viewer } = context;
  // Of a work that fails there is a card.
  const quietly = (work: Promise<void>) => void work.catch(() => undefined);
  const choices: Choice[] = [
    {
      id: 'rename',
      label: t('bar.rename'),
      icon: <Pencil aria-hidden />,
      disabled: !open,
      onAction: () => desk.set({ renamingCase: true }),
    },
    {
      id: 'another',
      label: t('bar.openAnother'),
      icon: <FolderOpen aria-hidden />,
      keys: 'Ctrl O',
      onAction: () => desk.set({ page: 'start' }),
    },
    {
      id: 'save',
      label: t('act.save'),
      icon: <Download aria-hidden />,
      keys: 'Ctrl S',
      disabled: !open,
      onAction: () => quietly(exportAs(context, 'vesalius', null)),
    },
    {
      id: 'volumes',
      label: t('volumes.title'),
      icon: <Layers aria-hidden />,
      keys: 'V',
      disabled: !open,
      onAction: () => desk.set({ docked: 'volumes', drawer: true, sheetTab: 'tool' }),
    },
    ...formats.map(({ id, act }) => ({
      id,
      label: t(act),
      icon: <Download aria-hidden />,
      disabled: empty,
      onAction: () => quietly(exportAs(context, id, null)),
    })),
    {
      id: 'picture',
      label: t('bar.savePicture'),
      icon: <Camera aria-hidden />,
      disabled: !open,
      onAction: () =>
        quietly(
          viewer.actions.screenshot().then((blob) => {
            context.save(blob, `${title || 'vesalius'}.png`);
            viewer.jobs.verbs.notify('notice.picture', '');
          }),
        ),
    },
    {
      id: 'close',
      label: t('bar.close'),
      icon: <CircleX aria-hidden />,
      disabled: !open,
      onAction: () => closeCase(context),
    },
  ];
  if (renaming)
    return (
      <span className="case-rename">
        <RenameField
          label={t('structures.renameLabel', { name: title })}
          name={title}
          most={400}
          onName={(name) => viewer.case.verbs.renameCase(name)}
          onDone={() => desk.set({ renamingCase: false })}
        />
      </span>
    );
  return (
    <MenuTrigger>
      <Button className="case-button" data-testid="case-menu">
        <CutName name={title || t('bar.noCase')} />
        <ChevronDown aria-hidden />
      </Button>
      <Floating placement="bottom start">
        <ActMenu label={t('bar.caseMenu')} choices={choices} />
      </Floating>
    </MenuTrigger>
  );
}
