// node scripts/notices.ts [--check]   writes THIRD_PARTY_NOTICES.md from the licence files of every package that is shipped.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const output = join(root, 'THIRD_PARTY_NOTICES.md');

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
}

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
const shipped = Object.entries(lock.packages)
  .filter(([path, { dev, devOptional, peer }]) => path.startsWith('node_modules/') && !dev && !devOptional && !peer)
  .filter(([path]) => existsSync(join(root, path)))
  .sort(([a], [b]) => (a < b ? -1 : 1));

const texts = new Map<string, string[]>();
const lacking: string[] = [];
for (const [path, { version, license }] of shipped) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const title = `${name} ${version}${license ? ` (${license})` : ''}`;
  const file = readdirSync(join(root, path)).find((entry) => /^(licen[cs]e|copying)(\.|-|$)/i.test(entry));
  if (!file) lacking.push(title);
  const text = file
    ? readFileSync(join(root, path, file), 'utf8')
        .replaceAll('\r\n', '\n')
        .trim()
    : `The package carries no licence file; its package.json says: ${license ?? 'nothing'}.`;
  texts.set(text, [...(texts.get(text) ?? []), title]);
}

const body = [
  '# Third-party notices',
  '',
  'Made by `npm run notices` from the licence files of the installed packages. What is used for building and testing alone is not shipped and not listed.',
  '',
  ...[...texts].flatMap(([text, titles]) => [
    `## ${[...new Set(titles)].join(', ')}`,
    '',
    '```text',
    text.replaceAll('```', "'''"),
    '```',
    '',
  ]),
].join('\n');

if (process.argv.includes('--check')) {
  const current = existsSync(output) ? readFileSync(output, 'utf8') : '';
  if (current !== body) {
    console.error('THIRD_PARTY_NOTICES.md is not what `npm run notices` would write');
    process.exit(1);
  }
} else {
  writeFileSync(output, body);
  console.error(
    `${shipped.length} packages, ${texts.size} texts; without a licence file: ${lacking.join(', ') || 'none'}`,
  );
}
