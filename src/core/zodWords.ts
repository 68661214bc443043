// The English words of zod's refusals: its small build comes without any.
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';

z.config(en());
