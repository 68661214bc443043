// npm start: builds what is stale and serves the page on localhost.
// npm run start:lan: the same over HTTPS to the local network, since a headset's browser gives XR to secure pages only.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { serveStatic } from '../server/static.ts';
import { ensureBuilt } from './ensureBuilt.mjs';

const root = join(import.meta.dirname, '..');
const dir = join(root, 'dist/web');
ensureBuilt('kernels', 'web');

if (!process.argv.includes('--lan')) {
  const { port } = await serveStatic({ dir, host: 'localhost', port: Number(process.env.PORT ?? 5173) });
  console.log(`Vesalius is at http://localhost:${port}`);
} else {
  const addresses = Object.values(networkInterfaces())
    .flat()
    .filter((entry) => entry?.family === 'IPv4' && !entry.internal)
    .map((entry) => entry?.address ?? '');
  const { port } = await serveStatic({
    dir,
    host: '0.0.0.0',
    port: Number(process.env.PORT ?? 8443),
    tls: await certificate(addresses),
  });
  const qrcode = (await import('qrcode')).default;
  if (addresses.length === 0) console.log(`No network found; on this computer: https://localhost:${port}`);
  for (const address of addresses) {
    const url = `https://${address}:${port}`;
    console.log(`\nOn the headset, open ${url}\n${await qrcode.toString(url, { type: 'terminal', small: true })}`);
  }
  console.log(
    [
      'The certificate was made on this computer, so the headset’s browser will warn once:',
      '  Quest, Pico: “Advanced”, then “Proceed to …”.   Vision Pro: “Show Details”, then “visit this website”.',
      'With a cable and adb instead: adb reverse tcp:5173 tcp:5173, npm start, and http://localhost:5173 on the headset.',
    ].join('\n'),
  );
}

/** A self-signed certificate for this computer's addresses, kept until they change or it nears its end. */
async function certificate(addresses: readonly string[]): Promise<{ key: string; cert: string }> {
  const file = join(root, 'dist/certificate.json');
  const wanted = [...addresses].sort().join(',');
  if (existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { for: string; until: number; key: string; cert: string };
    if (kept.for === wanted && kept.until > Date.now()) return kept;
  }
  const { generate } = await import('selfsigned');
  const days = 180;
  const made = await generate([{ name: 'commonName', value: 'Vesalius on this network' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + days * 86_400_000),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [{ type: 2, value: 'localhost' }, ...addresses.map((ip) => ({ type: 7 as const, ip }))],
      },
    ],
  });
  const pair = { key: made.private, cert: made.cert };
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(file, JSON.stringify({ for: wanted, until: Date.now() + (days - 7) * 86_400_000, ...pair }), {
    mode: 0o600,
  });
  return pair;
}
