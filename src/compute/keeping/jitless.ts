// Imported before anything that makes a schema, as src/app/jitless.ts: the page's policy allows no code made from text.
import * as z from 'zod/mini';

z.config({ jitless: true });
