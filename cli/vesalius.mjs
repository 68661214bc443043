#!/usr/bin/env node
// The launcher: makes sure that what it starts is built, then hands over to the bundle.
const { existsSync } = await import('node:fs');
const ensure = new URL('../scripts/ensureBuilt.mjs', import.meta.url);
if (existsSync(ensure)) (await import(ensure.href)).ensureBuilt('kernels', 'node');
const { main } = await import(new URL('../dist/node/main.js', import.meta.url).href);
process.exitCode = await main(process.argv.slice(2));
