import { opfsRoot } from '#compute/keeping/opfsRoot.ts';
import { serveKeeper } from '#compute/keeping/serveKeeper.ts';
import { workerPort } from '#compute/port.ts';

serveKeeper(workerPort(), opfsRoot('cases'), Date.now);
