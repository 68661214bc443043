// Builds what is missing or older than its sources, by content; start, test, bench and the launcher all come through here.
// Plain JavaScript, since the launcher may run on a Node that does not strip types.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each target is made from. @type {Record<string, string[]>} */
const sources = {
  kernels: ['src/kernels', 'scripts/build.ts', 'package-lock.json'],
  node: ['src', 'cli', 'server', 'workers', 'scripts/build.ts', 'package-lock.json'],
  web: ['src', 'workers', 'assets', 'index.html', 'vite.config.ts', 'package-lock.json'],
};

/** @param {...('kernels' | 'node' | 'web')} targets */
export function ensureBuilt(...targets) {
  // A published package carries dist and no sources.
  if (!existsSync(join(root, 'scripts/build.ts')) || !existsSync(join(root, 'src'))) return;
  const stale = targets.filter((target) => !isFresh(target));
  if (stale.length === 0) return;
  const node = join(root, 'node_modules/.bin/node');
  const built = spawnSync(existsSync(node) ? node : process.execPath, [join(root, 'scripts/build.ts'), ...stale], {
    cwd: root,
    // Who waits at a terminal sees what for; elsewhere stderr belongs to the command, and a build says something where it fails.
    stdio: process.stderr.isTTY ? ['ignore', process.stderr, process.stderr] : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (built.status === 0) return;
  process.stderr.write(`${built.stdout ?? ''}${built.stderr ?? ''}`);
  process.exit(built.status ?? 1);
}

/** Called by the build when a target is done. @param {string} target */
export function stampBuilt(target) {
  const files = filesOf(target);
  const file = stampFile(target);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ quick: quickHash(files), content: contentHash(files) }));
}

/** @param {string} target */
function isFresh(target) {
  let stamp;
  try {
    stamp = JSON.parse(readFileSync(stampFile(target), 'utf8'));
  } catch {
    return false;
  }
  const files = filesOf(target);
  const quick = quickHash(files);
  if (stamp.quick === quick) return true;
  if (stamp.content !== contentHash(files)) return false;
  writeFileSync(stampFile(target), JSON.stringify({ quick, content: stamp.content }));
  return true;
}

/** @param {string} target */
const stampFile = (target) => join(root, 'dist', `.built-${target}.json`);

/** @param {string} target */
function filesOf(target) {
  /** @type {string[]} */
  const files = [];
  for (const source of sources[target] ?? []) walk(source, files);
  return files.sort();
}

/** @param {string} path @param {string[]} into */
function walk(path, into) {
  const full = join(root, path);
  if (!existsSync(full)) return;
  if (!statSync(full).isDirectory()) {
    into.push(path);
    return;
  }
  for (const entry of readdirSync(full)) walk(`${path}/${entry}`, into);
}

/** Size and time of each file: cheap, and equal only where nothing was touched. @param {string[]} files */
function quickHash(files) {
  const hash = createHash('sha1');
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {string[]} files */
function contentHash(files) {
  const hash = createHash('sha1');
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}
