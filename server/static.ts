import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import sirv from 'sirv';
import { VesaliusError } from '#core/errors.ts';
import { type HeaderOptions, pageHeaders } from './headers.ts';

export interface StaticOptions extends HeaderOptions {
  readonly dir: string;
  readonly host: string;
  /** The first port to try; the next free one is taken unless `exact`. */
  readonly port: number;
  readonly exact?: boolean;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Serves the built page with its headers. Resolves with the port that it listens on. */
export async function serveStatic(options: StaticOptions): Promise<{ server: Server; port: number }> {
  const headers = pageHeaders(options);
  const files = sirv(options.dir, {
    etag: true,
    brotli: true,
    setHeaders: (response, path) => {
      // A scan in .nii.gz is a file to be read as it is; sirv would have the browser unpack it.
      if (path.endsWith('.gz')) response.setHeader('Content-Encoding', 'identity');
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.setHeader(
        'Cache-Control',
        path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    // Which portals may talk to the page: it cannot read its own policy.
    if (request.url === '/embed.json') {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ origins: options.embedOrigins ?? [] }));
      return;
    }
    files(request, response, () => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.statusCode = 404;
      response.end('not found');
    });
  };
  for (let port = options.port; ; port++) {
    const server = options.tls ? createHttpsServer(options.tls, handler) : createHttpServer(handler);
    const failure = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once('error', resolve);
      server.listen(port, options.host, () => resolve(null));
    });
    if (!failure) return { server: server as Server, port };
    if (failure.code !== 'EADDRINUSE' || options.exact || port > options.port + 50) {
      throw new VesaliusError({
        code: 'io',
        what: 'server',
        where: 'port',
        expected: `port ${port} to be free`,
        got: failure.code ?? failure.message,
      });
    }
  }
}
