import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { segmentGroups } from '#core/case/tissues.ts';
import { direction, language, setLanguage, t } from '#i18n/t.ts';
import { historyActs } from '#state/historyActs.ts';

const root = join(import.meta.dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
const english = JSON.parse(readFileSync(join(root, 'src/i18n/en.json'), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const has = (key: string) => {
  const [part = '', name = ''] = key.split('.');
  return typeof english[part]?.[name] === 'string';
};

afterEach(() => setLanguage('en'));

describe('phrases', () => {
  it('there is one for every act, job and notice that the layers below emit', () => {
    const emitted = ['src/app', 'src/state', 'src/scene', 'src/ui/dom', 'src/ui/model'].flatMap(sources);
    const keys = new Set<string>(historyActs);
    for (const text of emitted)
      for (const [, key] of text.matchAll(/'((?:job|notice|history)\.[A-Za-z]+)'/g)) keys.add(key as string);
    expect(keys.size).toBeGreaterThan(25);
    expect([...keys].filter((key) => !has(key) && !has(`${key}_other`))).toEqual([]);
  });

  it('there is one for every stage of a work', () => {
    const stages = new Set<string>();
    for (const text of ['src/compute', 'src/io'].flatMap(sources))
      for (const [, stage] of text.matchAll(/stage: '([a-z-]+)'(?! \|)/g)) stages.add(stage as string);
    stages.delete('echo');
    expect([...stages].filter((stage) => !has(`stage.${stage}`))).toEqual([]);
  });

  it('there is one for every group', () => {
    for (const group of segmentGroups) expect(t(`group.${group}`)).not.toBe('');
  });

  it('plural forms', () => {
    expect(t('facts.count', { count: 1 })).toBe('1 thing to know');
    expect(t('facts.count', { count: 3 })).toBe('3 things to know');
  });

  it('the pseudo languages mark every phrase and turn the page', () => {
    setLanguage('pseudo');
    expect(direction()).toBe('ltr');
    expect(t('start.open')).toMatch(/^\[.*·+\]$/);
    expect(t('common.back', { name: 'Thorax' })).toContain('Thorax');
    setLanguage('pseudo-rtl');
    expect(language()).toBe('pseudo-rtl');
    expect(direction()).toBe('rtl');
  });

  it('no component of the desk writes words of its own', () => {
    const wrong: string[] = [];
    for (const text of sources('src/ui/dom')) {
      const jsx = text.match(/>\s*([A-Z][a-z]+(?: [a-z]+)+)\s*<\//g) ?? [];
      const labels = text.match(/(?:aria-label|placeholder|title|alt)="[A-Za-z][^"]*"/g) ?? [];
      wrong.push(...jsx, ...labels);
    }
    expect(wrong).toEqual([]);
  });
});
