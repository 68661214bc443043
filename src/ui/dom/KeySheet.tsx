import { Keyboard, X } from 'lucide-react';
import { useState } from 'react';
import { t } from '#i18n/t.ts';
import { acts } from '#ui/model/acts.ts';
import { IconButton, SearchBox } from './Controls.tsx';
import { useDeskParts } from './deskContext.ts';
import { Keys } from './Rich.tsx';

const sections = ['tools', 'view', 'edit'] as const;

/** All keys that do something now. */
export function KeySheet() {
  const { desk } = useDeskParts();
  const [find, setFind] = useState('');
  const rows = [
    ...acts().flatMap(({ id, title, section, keys }) => (keys.length > 0 ? [{ id, title, section, keys }] : [])),
    { id: 'arrows', title: t('keys.turn'), section: 'view', keys: ['← ↑ → ↓'] },
    { id: 'zoom', title: t('keys.zoom'), section: 'view', keys: ['+ −'] },
    { id: 'next', title: t('keys.next'), section: 'view', keys: ['F6'] },
  ].filter(({ title }) => title.toLocaleLowerCase().includes(find.trim().toLocaleLowerCase()));
  return (
    <section className="section" aria-labelledby="keys-title">
      <div className="section-title">
        <Keyboard aria-hidden />
        <h2 id="keys-title">{t('keys.title')}</h2>
        <span className="fill" />
        <Keys keys="?" />
        <IconButton small label={t('common.close')} keys="Esc" onPress={() => desk.set({ docked: 'tool' })}>
          <X aria-hidden />
        </IconButton>
      </div>
      <SearchBox label={t('keys.find')} value={find} onChange={setFind} />
      {sections.map((section) => {
        const inside = rows.filter((row) => row.section === section);
        if (inside.length === 0) return null;
        return (
          <div key={section}>
            <h3 className="key-section">{t(`keys.${section}`)}</h3>
            <ul>
              {inside.map(({ id, title, keys }) => (
                <li key={id} className="key-row">
                  {title}
                  <Keys keys={keys[0] ?? ''} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
      <p className="hint">{t('keys.note')}</p>
    </section>
  );
}
