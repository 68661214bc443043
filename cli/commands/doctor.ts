import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { loadKernel } from '#compute/loadKernel.ts';
import { parseCommandLine } from '../arguments.ts';
import type { Command } from '../main.ts';
import { printJson } from '../report.ts';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do where it is not. */
  readonly remedy: string;
}

export const doctor: Command = {
  help: `vesalius doctor [--json]

What this machine offers: Node, SIMD, threads, memory, browser, built files; and what to do where something lacks.
Example: vesalius doctor`,
  async run(args) {
    const line = parseCommandLine(args, { json: { type: 'boolean' } });
    const findings = [
      node(),
      await simd(),
      threads(),
      memory(),
      built('kernels'),
      built('node'),
      built('web'),
      await browser(),
    ];
    if (line.flag('json')) {
      printJson({ ok: findings.every(({ ok }) => ok), findings });
      return;
    }
    for (const { what, ok, found, remedy } of findings)
      console.log(`${ok ? 'ok     ' : 'lacking'}  ${what}: ${found}${ok ? '' : `. ${remedy}`}`);
  },
};

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return {
    what: 'Node',
    ok: major > 20 || (major === 20 && minor >= 19),
    found: process.versions.node,
    remedy: 'Node 20.19 or newer is needed',
  };
}

async function simd(): Promise<Finding> {
  const remedy = 'Run `npm run build`; WebAssembly SIMD is needed';
  try {
    const { exports, memory } = await loadKernel<{ addF32x4(a: number, b: number, target: number): void }>('probe', 1);
    new Float32Array(memory.buffer, 1024, 8).set([1, 2, 3, 4, 10, 20, 30, 40]);
    exports.addF32x4(1024, 1040, 1056);
    const sum = new Float32Array(memory.buffer, 1056, 4).join(' ');
    return {
      what: 'WebAssembly SIMD',
      ok: sum === '11 22 33 44',
      found: sum === '11 22 33 44' ? 'works' : `gives ${sum}`,
      remedy,
    };
  } catch (thrown) {
    return { what: 'WebAssembly SIMD', ok: false, found: (thrown as Error).message, remedy };
  }
}

function threads(): Finding {
  return {
    what: 'threads',
    ok: typeof SharedArrayBuffer === 'function',
    found: `${availableParallelism()}, with shared memory`,
    remedy: 'SharedArrayBuffer is needed',
  };
}

function memory(): Finding {
  const gb = totalmem() / 2 ** 30;
  return {
    what: 'memory',
    ok: gb >= 4,
    found: `${gb.toFixed(1)} GB`,
    remedy: '4 GB hold a 512 × 512 × 900 scan and its surfaces',
  };
}

function built(target: string): Finding {
  const file = { kernels: 'kernels/probe.wasm', node: 'node/main.js', web: 'web/index.html' }[target] ?? '';
  const ok = existsSync(new URL(`../../dist/${file}`, import.meta.url));
  return {
    what: `built ${target}`,
    ok,
    found: ok ? 'there' : 'missing',
    remedy: `Run \`npm run build\`${target === 'web' ? ' or `npm start`' : ''}`,
  };
}

async function browser(): Promise<Finding> {
  const remedy = 'Only the tests need one: `npm ci` brings it, or set CHROMIUM to one';
  const named = process.env.CHROMIUM;
  if (named) return { what: 'browser for tests', ok: existsSync(named), found: named, remedy };
  const ok = existsSync(new URL('../../node_modules/@sparticuz/chromium/bin/chromium.br', import.meta.url));
  return { what: 'browser for tests', ok, found: ok ? 'npm’s Chromium' : 'none', remedy };
}
