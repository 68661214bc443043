import './jitless.ts';

import type { Port } from '#compute/port.ts';
import { asVesaliusError, fieldsOf } from '#core/errors.ts';
import type { StoredRoot } from '#io/stored/folder.ts';
import { createKeeper } from './keeper.ts';
import type { ToKeeper } from './protocol.ts';

/** Answers on `port`. Where there is no storage at all, that is said once, and each question is refused. */
export function serveKeeper(port: Port, root: Promise<StoredRoot>, now: () => number): void {
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const keeper = root.then((found) => createKeeper({ root: found, post: port.post, now, wait }));
  keeper.catch((thrown) =>
    port.post({ kind: 'state', save: 'failed', reason: asVesaliusError(thrown).got.toString() }),
  );
  port.listen((data) => {
    const message = data as ToKeeper;
    keeper.then(
      (take) => take(message),
      (thrown) => {
        if (message.kind !== 'ask') return;
        port.post({ kind: 'refused', call: message.call, error: fieldsOf(asVesaliusError(thrown)) });
      },
    );
  });
}
