export interface HeaderOptions {
  /** Origins of portals that may show the page in a frame. */
  readonly embedOrigins?: readonly string[];
}

/**
 * What every answer of ours carries: isolation (SharedArrayBuffer, threads) and the Content-Security-Policy.
 * `connect-src https:` is the one door to a host that the user names.
 */
export function pageHeaders({ embedOrigins = [] }: HeaderOptions = {}): Record<string, string> {
  const policy = {
    'default-src': "'self'",
    'script-src': "'self' 'wasm-unsafe-eval'",
    'worker-src': "'self'",
    'connect-src': "'self' https: blob:",
    'img-src': "'self' blob: data:",
    'style-src': "'self'",
    'font-src': "'self'",
    'object-src': "'none'",
    'base-uri': "'self'",
    'form-action': "'self'",
    'frame-ancestors': ["'self'", ...embedOrigins].join(' '),
  };
  return {
    'Content-Security-Policy': Object.entries(policy)
      .map(([name, value]) => `${name} ${value}`)
      .join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Permissions-Policy': 'xr-spatial-tracking=(self), camera=(), microphone=(), geolocation=()',
  };
}
