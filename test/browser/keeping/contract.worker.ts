// The contract of every storage, over the browser's own. In a worker: only there are files written at once.
import { opfsRoot } from '#compute/keeping/opfsRoot.ts';
import { contract } from '../../state/keeping/contract.ts';

const said: [string, string][] = [];
for (const [n, { name, run }] of contract.entries()) {
  const root = await opfsRoot(`contract-${n}`);
  const failure = await run(root).then(
    () => '',
    (thrown: unknown) => String((thrown as Error).stack ?? thrown),
  );
  said.push([name, failure]);
}
postMessage(said);
