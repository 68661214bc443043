import { jobTable } from '#compute/jobTable.ts';
import { workerPort } from '#compute/port.ts';
import { serve } from '#compute/serve.ts';

serve(workerPort(), jobTable);
