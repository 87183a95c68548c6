import type { KeptChild, WatchedChild } from '@plumbline/agent/trial';
import type { HeldModel } from '../../ports/index.ts';
import { askRuns } from './ask-runs.ts';
import { converse } from './converse.ts';
import type { LabReply } from './lab-protocol.ts';

/** A model in a child that it has for itself: loaded when the child is another one than at the last call. */
export function holdModel(
  kept: KeptChild<LabReply>,
  roomMb: number,
  of: { model: Uint8Array; outputs: readonly string[] | undefined },
): HeldModel {
  let loadedIn: WatchedChild<LabReply> | undefined;
  return {
    run: (runs, deadlineMs) =>
      kept.work(roomMb, (child) =>
        converse(child, deadlineMs, async (ask) => {
          if (loadedIn !== child) {
            await ask({ type: 'load', ...of }, 'loaded');
            loadedIn = child;
          }
          const { outputs } = await askRuns(ask, runs);
          return { ok: true, outputs };
        }),
      ),
    close: () => kept.close(),
  };
}
