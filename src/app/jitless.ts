// Imported before anything that makes a schema: zod tries out eval to see whether it may compile, our policy forbids it, and
// the attempt alone is a violation.
import * as z from 'zod/mini';

z.config({ jitless: true });
