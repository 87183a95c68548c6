import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createVirtualClock } from '@plumbline/shared/testing';
import { openDatabase } from '../../fleet-server/src/platform/db/index.ts';
import { listFindings, watchDrift } from '../../fleet-server/src/insight/drift/index.ts';
import { createCrowd } from './drift/crowd.ts';
import { loneFigure, type LoneFigure } from './measure/figure.ts';

const DEVICES = 10_000;
const DAY_MS = 86_400_000;
const DAYS = 3;
/** Above it devices wait for acknowledgements, and people for pages. */
const LONGEST_STALL_MS = 200;

/**
 * One whole look at a fleet: a day of every device taken, merged, judged against the reference and against the days
 * before; on SQLite, in the process that answers devices meanwhile.
 */
export async function* driftLook({ agents = DEVICES }: { agents?: number }): AsyncGenerator<LoneFigure> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  const clock = createVirtualClock(100 * DAY_MS);
  const database = await openDatabase({ url: `sqlite:${join(folder, 'look.db')}`, clock });
  const crowd = await createCrowd(database, { devices: agents });
  const drift = watchDrift({ database, artifacts: crowd.artifacts, now: clock.now });
  try {
    for (let day = 100; day < 100 + DAYS; day += 1) {
      const drawn = day === 100 + DAYS - 1 ? 'moved' : 'usual';
      await clock.advance((day + 1) * DAY_MS + 1 - clock.now());
      await crowd.sendDay(day, drawn, clock.now());
      await clock.advance(DAY_MS);
      const { seconds, stallMs, peakMb } = await watched(() => drift.look());
      const name = `${agents} devices, day ${day - 99} of ${DAYS}${drawn === 'moved' ? ', one feature has moved' : ''}`;
      const reason = 'nothing else does this';
      yield loneFigure({ name: `${name}: a whole look`, unit: 's', ours: seconds, reason });
      yield loneFigure({
        name: `${name}: longest stall of the event loop`,
        unit: 'ms',
        ours: stallMs,
        reason,
        budget: { rule: 'at most', limit: LONGEST_STALL_MS },
      });
      yield loneFigure({ name: `${name}: memory at its peak, above before`, unit: 'MB', ours: peakMb, reason });
    }
    const alarms = await listFindings(database.db, { alarm: true });
    const reason = alarms.map(({ sentence }) => sentence).join('; ') || 'the moved feature was not found';
    yield loneFigure({ name: 'alarms on the moved day', unit: '', ours: alarms.length, reason });
  } finally {
    await database.close();
    await rm(folder, { recursive: true });
  }
}

function memory(): number {
  return process.memoryUsage().rss / 2 ** 20;
}

async function watched(work: () => Promise<void>): Promise<{ seconds: number; stallMs: number; peakMb: number }> {
  // Without it, garbage of what was sent would count.
  globalThis.gc?.();
  const before = memory();
  let peak = before;
  const sampled = setInterval(() => (peak = Math.max(peak, memory())), 20);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  // Delays are counted from its first tick on.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  // The last stall counts when the timer that it held up has come.
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.disable();
  clearInterval(sampled);
  return { seconds, stallMs: delay.max / 1e6, peakMb: Math.max(peak, memory()) - before };
}
