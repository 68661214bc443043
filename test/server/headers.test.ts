import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageHeaders } from '../../server/headers.ts';

const root = join(import.meta.dirname, '../..');

describe('headers', () => {
  it('the static folder’s _headers and the nginx sample say what our own server says', () => {
    const forHosts = readFileSync(join(root, 'assets/public/_headers'), 'utf8');
    const forNginx = readFileSync(join(root, 'docs/nginx.conf'), 'utf8');
    for (const [name, value] of Object.entries(pageHeaders())) {
      expect(forHosts).toContain(`  ${name}: ${value}\n`);
      expect(forNginx.replaceAll('"', '')).toContain(`add_header ${name} ${value} always;`);
    }
  });

  it('portals go into frame-ancestors and nowhere else', () => {
    const policy = pageHeaders({ embedOrigins: ['https://portal.example'] })['Content-Security-Policy'] ?? '';
    expect(policy).toContain("frame-ancestors 'self' https://portal.example");
    expect(policy.split('portal.example')).toHaveLength(2);
  });

  it('nothing inline, no eval, no foreign host, no data in what runs', () => {
    const policy = pageHeaders()['Content-Security-Policy'] ?? '';
    const directives: Record<string, string[]> = Object.fromEntries(
      policy.split('; ').map((part) => [part.split(' ')[0] ?? '', part.split(' ').slice(1)]),
    );
    for (const name of ['default-src', 'script-src', 'worker-src', 'object-src', 'base-uri'])
      expect(
        directives[name]?.filter((source) => !["'self'", "'none'", "'wasm-unsafe-eval'"].includes(source)),
      ).toEqual([]);
    expect(policy).not.toContain("'unsafe-eval'");
    expect(policy).not.toContain("'unsafe-inline'");
  });
});
