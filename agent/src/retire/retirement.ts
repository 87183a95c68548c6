import { sleep } from '@plumbline/shared/ports';
import type { Events } from '../events.ts';
import type { Outbox } from '../link/outbox/index.ts';
import type { Uplink } from '../link/uplink.ts';
import type { Windows } from '../observe/windows.ts';
import type { Clock, Store } from '../ports/index.ts';
import type { Schedule } from '../sources/schedule.ts';
import type { Beliefs } from '../trust/beliefs.ts';
import type { Door } from './door.ts';
import { markRetired } from './wipe.ts';

export interface RetirementDeps {
  clock: Clock;
  store: Store;
  beliefs: Pick<Beliefs, 'settings' | 'seq'>;
  door: Door;
  outbox: Outbox;
  uplink: Uplink;
  windows: Windows;
  schedule: Schedule;
  events: Events;
  /** Sends a whole report now; true when the broker has it. */
  report: () => Promise<boolean>;
  /** What the report says has changed. */
  changed: () => void;
}

/** A device that was ordered to leave hands over what it holds, and only then is marked to be wiped. */
export interface Retirement {
  /** For the report; undefined while the device stays. */
  stage(): 'draining' | 'wiped' | undefined;
  /** The order may have come, or been taken back. */
  look(): void;
  /** Resolves with true when the device is marked to be wiped, with false when the signal fires before. */
  run(signal: AbortSignal): Promise<boolean>;
}

const LOOK_MS = 1000;
/** So long the door stays shut for the last rows; then predictions are answered again and it is tried anew. */
const HAND_OVER_LOOKS = 30;
/** Between two tries: a door that is mostly shut would be no service. */
const TRY_AGAIN_MS = 60_000;
/** For an hour a device that has handed over tries to say so; it leaves all the same. */
const GOODBYE_LOOKS = 360;
const GOODBYE_LOOK_MS = 10_000;

/** A door that is shut from the beginning says that the process before had handed over. */
export function createRetirement(deps: RetirementDeps): Retirement {
  const { clock, store, beliefs, door, outbox, events } = deps;
  let hasHandedOver = door.isShut();
  let isTold = false;
  let wake = new AbortController();
  if (hasHandedOver) door.shut();

  const isOrdered = () => beliefs.settings().retire === 1;
  const isDrained = () => Object.values(outbox.counts()).every(({ acked, lastSeq }) => acked >= lastSeq);
  const pause = (ms: number, signal: AbortSignal) => sleep(clock, ms, AbortSignal.any([signal, wake.signal]));

  /** Between two commits of the outbox, so that no row slips in between the look and the mark. */
  const markHandedOver = () =>
    outbox.inTurn(async () => {
      if (!isDrained() || !isOrdered()) return false;
      await markRetired(store, 'handed-over');
      hasHandedOver = true;
      return true;
    });

  const handOver = async (signal: AbortSignal): Promise<void> => {
    door.shut();
    try {
      await door.idle();
      await deps.schedule.idle();
      const closed = deps.windows.close(undefined, clock.now());
      if (closed !== undefined) outbox.writeSoon(closed);
      for (let looks = 0; looks < HAND_OVER_LOOKS && isOrdered() && !signal.aborted; looks += 1) {
        await outbox.flush();
        await deps.uplink.pump();
        if (isDrained() && (await markHandedOver())) return;
        await sleep(clock, LOOK_MS, signal);
      }
    } finally {
      if (!hasHandedOver) door.open();
    }
  };

  const sayGoodbye = async (signal: AbortSignal): Promise<boolean> => {
    for (let looks = 0; looks < GOODBYE_LOOKS && !signal.aborted; looks += 1) {
      if (await deps.report().catch(() => false)) break;
      await sleep(clock, GOODBYE_LOOK_MS, signal);
    }
    if (signal.aborted) return false;
    await markRetired(store, 'wiping');
    return true;
  };

  const step = async (signal: AbortSignal): Promise<boolean> => {
    if (hasHandedOver) return sayGoodbye(signal);
    if (!isOrdered()) {
      if (isTold) deps.changed();
      isTold = false;
      await pause(TRY_AGAIN_MS, signal);
      return false;
    }
    if (!isTold) {
      isTold = true;
      events.record('retirement_began', { seq: beliefs.seq() });
      deps.changed();
    }
    await outbox.flush();
    if (!isDrained()) {
      await pause(LOOK_MS, signal);
      return false;
    }
    await handOver(signal);
    if (!hasHandedOver) await pause(TRY_AGAIN_MS, signal);
    return false;
  };

  return {
    stage() {
      if (hasHandedOver) return 'wiped';
      return isOrdered() ? 'draining' : undefined;
    },
    look() {
      const woken = wake;
      wake = new AbortController();
      woken.abort();
    },
    async run(signal) {
      while (!signal.aborted) {
        try {
          if (await step(signal)) return true;
        } catch (error) {
          events.problem('retirement', error);
          await sleep(clock, LOOK_MS, signal);
        }
      }
      return false;
    },
  };
}
