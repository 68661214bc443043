import { Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  TextField,
} from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { type PaletteEntry, paletteSections } from '#ui/model/palette.ts';
import { useActs, useDesk, useDeskParts } from './deskContext.ts';
import { Keys } from './Rich.tsx';

/** One field that finds everything: structures, what can be done with them, tools, methods, acts. */
export function Palette() {
  const { desk } = useDeskParts();
  const open = useDesk((state) => state.palette);
  return (
    <ModalOverlay
      className="palette-overlay"
      isOpen={open}
      isDismissable
      onOpenChange={(palette) => desk.set({ palette })}
    >
      <Modal className="palette">
        <Dialog className="palette-dialog" aria-label={t('palette.title')}>
          <Found />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Found() {
  const context = useActs();
  const [text, setText] = useState('');
  const sections = useMemo(() => paletteSections(context, text), [context, text]);
  const count = sections.reduce((sum, { entries }) => sum + entries.length, 0);
  const run = (entry: PaletteEntry) => {
    context.desk.set({ palette: false });
    // Of a work that fails there is a card.
    Promise.resolve(entry.run()).catch(() => undefined);
  };
  return (
    <Autocomplete inputValue={text} onInputChange={setText}>
      <TextField className="palette-search" aria-label={t('palette.title')} autoFocus>
        <Search aria-hidden />
        <Input placeholder={t('palette.title')} />
        <span className="count">{t('palette.results', { count })}</span>
        <Keys keys="Esc" />
      </TextField>
      <Menu
        className="palette-menu"
        aria-label={t('palette.title')}
        renderEmptyState={() => <p className="empty-words">{t('palette.nothing', { text })}</p>}
      >
        {sections.map(({ id, title, entries }) => (
          <MenuSection key={id} id={id}>
            <Header className="menu-header">{title}</Header>
            {entries.map((entry) => (
              <MenuItem
                key={entry.id}
                id={entry.id}
                textValue={entry.title}
                className="palette-item"
                onAction={() => run(entry)}
              >
                {entry.color && <span className="swatch" style={{ backgroundColor: entry.color }} />}
                <span className="title">
                  <Marked text={entry.title} find={text} />
                </span>
                <span className="note quiet">{entry.note}</span>
                {entry.keys[0] && <Keys keys={entry.keys[0]} />}
              </MenuItem>
            ))}
          </MenuSection>
        ))}
      </Menu>
      <div className="palette-foot">
        <span>
          <Keys keys="↑ ↓" />
          {t('palette.move')}
        </span>
        <span>
          <Keys keys="Enter" />
          {t('palette.doIt')}
        </span>
        <span>
          <Keys keys="?" />
          {t('palette.allKeys')}
        </span>
      </div>
    </Autocomplete>
  );
}

/** The title with what was typed in it. */
function Marked({ text, find }: { readonly text: string; readonly find: string }) {
  const word = find.trim().split(/\s+/)[0] ?? '';
  const at = word === '' ? -1 : text.toLocaleLowerCase().indexOf(word.toLocaleLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + word.length)}</mark>
      {text.slice(at + word.length)}
    </>
  );
}
