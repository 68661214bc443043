// node pageTab.ts CASE [FILE]   opens a file, or an embedded sample, in a tab of its own browser; prints one line of JSON.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Page } from 'playwright-core';
import { startApp } from '../test/browser/app.ts';
import { type LongTask, longTasks, type Phase } from './pageTrace.ts';
import { watchPage } from './pageWatch.ts';

export interface TabReport {
  readonly phases: readonly { readonly name: Phase; readonly tasks: readonly LongTask[] }[];
  /** ms from the beginning of an opening, one for each opening of the warm page; `drawn`: a frame with the coarse surface. */
  readonly openings: readonly { readonly read: number; readonly coarse: number; readonly drawn: number }[];
  readonly cancels: readonly Cancel[];
}
export interface Cancel {
  readonly job: string;
  /** From the press of the button until the job has gone. */
  readonly ms: readonly number[];
  /** From there until the next job tells its first step. */
  readonly nextMs: readonly number[];
}

const TRACED = ['toplevel', 'blink.user_timing', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];
const WARM = 5;
const CANCELS = 5;

async function report(name: string, file: string | undefined): Promise<TabReport> {
  const app = await startApp();
  try {
    const context = await app.browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.addInitScript(watchPage);
    if (file !== undefined) {
      const body = readFileSync(file);
      const isFile = (url: URL) => url.pathname === `/__data/${basename(file)}`;
      await context.route(isFile, (route) => route.fulfill({ body, contentType: 'application/octet-stream' }));
    }
    const source: Opened = file
      ? { urls: [`/__data/${basename(file)}`] }
      : { sample: name as `phantom:${'thorax' | 'abdomen' | 'head'}` };
    await page.goto(app.origin);
    await page.waitForFunction(() => window.vesalius?.ready !== undefined);
    await page.evaluate(() => window.vesalius.ready);
    await page.waitForTimeout(2000);

    await app.browser.startTracing(page, { categories: TRACED });
    await phase(page, 'reading and meshing', (from) => window.vesalius.open(from), source);
    const methods = await page.evaluate(() =>
      window.vesalius.case().volumes[0]?.modality === 'CT' ? ['otsu', 'ct-bone'] : ['otsu', 'mr-head'],
    );
    for (const method of methods)
      await phase(page, 'segmenting', (id) => window.vesalius.segment({ method: id }), method);
    const trace = await app.browser.stopTracing();
    const watched = await page.evaluate(() => window.watched);
    const phases = longTasks(JSON.parse(trace.toString()), watched);

    const openings: TabReport['openings'][number][] = [];
    for (let n = 0; n < WARM; n++) openings.push(await openAgain(page, source));
    return { phases, openings, cancels: await cancels(page, source, file !== undefined) };
  } finally {
    await app.close();
  }
}

/** Does something, and waits until its surfaces and their light are there too. */
async function phase<Arg>(page: Page, name: Phase, act: (arg: Arg) => Promise<unknown>, arg: Arg): Promise<void> {
  await page.evaluate((mark) => performance.mark(`phase ${mark}`), name);
  await page.evaluate(act as (arg: unknown) => Promise<unknown>, arg);
  await quiet(page);
}

/** Until no job has been there for a while: between those of one act there are moments without. */
async function quiet(page: Page, forMs = 1500): Promise<void> {
  await page.evaluate(async (ms) => {
    let last = performance.now();
    let running = 0;
    const stop = window.vesalius.on('progress', (jobs) => {
      running = jobs.length;
      last = performance.now();
    });
    while (running > 0 || performance.now() - last < ms) await new Promise((resolve) => setTimeout(resolve, 50));
    stop();
  }, forMs);
}

async function openAgain(page: Page, source: Opened): Promise<TabReport['openings'][number]> {
  const times = await page.evaluate(async (from) => {
    performance.clearMeasures();
    const began = performance.now();
    const opening = window.vesalius.open(from);
    const marked = (name: string) => performance.getEntriesByName(name)[0]?.duration;
    while (marked('coarse') === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    // The frame that is asked for now is drawn after the one that the surface asked for.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const drawn = performance.now() - began;
    await opening;
    return { read: marked('read') ?? Number.NaN, coarse: marked('coarse') ?? Number.NaN, drawn };
  }, source);
  await quiet(page);
  return times;
}

/** Each kind of work that the page can be asked to stop, by the button that a person presses. */
async function cancels(page: Page, source: Opened, isFile: boolean): Promise<Cancel[]> {
  const found: Cancel[] = [];
  const tryOut = async (job: string, title: string, act: Act) => {
    const ms: number[] = [];
    const nextMs: number[] = [];
    for (let n = 0; n < CANCELS; n++) {
      const took = await page.evaluate(pressCancel, { title, act });
      await quiet(page, 600);
      if (!took) continue;
      ms.push(took.ms);
      nextMs.push(took.nextMs);
    }
    found.push({ job, ms, nextMs });
  };
  if (isFile) await tryOut('read', 'job.reading', { open: source });
  else await tryOut('phantom', 'job.sample', { open: source });
  const modality = await page.evaluate(() => window.vesalius.case().volumes[0]?.modality);
  await tryOut('segment', 'job.segmenting', { segment: modality === 'CT' ? 'ct-bone' : 'mr-head' });
  await tryOut('surface', 'job.surface', { segment: 'otsu' });
  if (isFile) {
    await page.evaluate((from) => window.vesalius.addVolume(from), source);
    await quiet(page);
    await tryOut('register', 'job.registering', 'register');
  }
  return found;
}
type Opened = { readonly urls: readonly string[] } | { readonly sample: `phantom:${'thorax' | 'abdomen' | 'head'}` };
type Act = { readonly open: Opened } | { readonly segment: string } | 'register';

/** In the page. null where the work was over before its button could be pressed. */
async function pressCancel({
  title,
  act,
}: {
  title: string;
  act: Act;
}): Promise<{ ms: number; nextMs: number } | null> {
  type Jobs = readonly { readonly id: number; readonly title: string; readonly of: number }[];
  let jobs: Jobs = [];
  let told: (() => void) | null = null;
  const stop = window.vesalius.on('progress', (now) => {
    jobs = now;
    told?.();
  });
  const until = (holds: () => boolean, mostMs = 60_000) =>
    new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(false), mostMs);
      told = () => {
        if (!holds()) return;
        told = null;
        clearTimeout(late);
        resolve(true);
      };
      told();
    });
  const begin = (): Promise<unknown> => {
    const { vesalius } = window;
    if (act === 'register') return vesalius.register({ volume: vesalius.case().volumes[1]?.id ?? '', kind: 'rigid' });
    return 'open' in act ? vesalius.open(act.open) : vesalius.segment({ method: act.segment });
  };
  let over = false;
  const running = begin()
    .catch(() => undefined)
    .finally(() => {
      over = true;
      told?.();
    });
  await until(() => over || jobs.some((job) => job.title === title && job.of > 0));
  const job = jobs.find((each) => each.title === title);
  const button = () =>
    [...document.querySelectorAll<HTMLElement>('[data-testid=job], .job-strip')].at(-1)?.querySelector('button');
  const since = performance.now();
  while (job && !button() && jobs.some(({ id }) => id === job.id) && performance.now() - since < 5000)
    await new Promise((resolve) => setTimeout(resolve, 5));
  const press = button();
  if (!job || !press || !jobs.some(({ id }) => id === job.id)) {
    stop();
    await running;
    return null;
  }
  const pressed = performance.now();
  press.click();
  await until(() => !jobs.some(({ id }) => id === job.id));
  const gone = performance.now();
  const known = new Set(jobs.map(({ id }) => id));
  const next = window.vesalius.segment({ method: 'otsu' }).catch(() => undefined);
  await until(() => jobs.some(({ id, title: other, of }) => !known.has(id) && other === 'job.segmenting' && of > 0));
  const nextMs = performance.now() - gone;
  stop();
  await Promise.all([next, running]);
  return { ms: gone - pressed, nextMs };
}

if (process.argv[1] === import.meta.filename)
  console.log(JSON.stringify(await report(process.argv[2] ?? '', process.argv[3])));
