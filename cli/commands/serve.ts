import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VesaliusError } from '#core/errors.ts';
import { serveStatic } from '../../server/static.ts';
import { parseCommandLine, usage } from '../arguments.ts';
import type { Command } from '../main.ts';
import { printJson } from '../report.ts';

export const serve: Command = {
  help: `vesalius serve [--host H] [--port P] [--embed-origin URL]… [--json]

Serves the page until it is stopped. --embed-origin names a portal that may show it in a frame and call its API.
Example: vesalius serve --port 8080 --embed-origin https://portal.example`,
  async run(args) {
    const line = parseCommandLine(args, {
      host: { type: 'string' },
      port: { type: 'string' },
      'embed-origin': { type: 'string', multiple: true },
      json: { type: 'boolean' },
    });
    const host = line.text('host') ?? 'localhost';
    const asked = line.number('port', { whole: true, min: 1, max: 65535 });
    const embedOrigins = line.texts('embed-origin').map((text) => {
      if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
        throw usage('--embed-origin', 'an http or https origin', text);
      return new URL(text).origin;
    });
    const dir = fileURLToPath(new URL('../../dist/web', import.meta.url));
    if (!existsSync(`${dir}/index.html`)) {
      throw new VesaliusError({
        code: 'missing',
        what: 'page',
        where: 'dist/web',
        expected: 'a built page: run `npm run build`',
        got: 'none',
      });
    }
    const { port } = await serveStatic({ dir, host, port: asked ?? 5173, exact: asked !== undefined, embedOrigins });
    const url = `http://${host}:${port}`;
    if (line.flag('json')) printJson({ url, embedOrigins });
    else console.log(`Vesalius is at ${url}`);
    await new Promise(() => undefined);
  },
};
