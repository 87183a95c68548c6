import { sleep } from '@plumbline/shared/ports';
import type { DeviceSettings } from '@plumbline/shared/trust';
import type { StreamClass, TelemetryAck } from '@plumbline/shared/wire';
import type { Events } from '../events.ts';
import type { Clock } from '../ports/index.ts';
import type { Outbox } from './outbox/index.ts';
import type { Uplink } from './uplink.ts';

const UPKEEP_MS = 60_000;

/**
 * What time alone brings: rows grow older and expire; what had to wait for the end of quiet hours or of the month may
 * travel. Each round counts for what its timer was set to, whatever the clock says meanwhile.
 */
export async function keepUp(
  deps: {
    clock: Clock;
    outbox: Pick<Outbox, 'pass'>;
    uplink: Pick<Uplink, 'pump'>;
    onProblem: (error: unknown) => void;
  },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(deps.clock, UPKEEP_MS, signal);
    if (signal.aborted) return;
    await deps.outbox.pass(UPKEEP_MS).catch(deps.onProblem);
    await deps.uplink.pump();
  }
}

/** Brings the settings of the assignment to the outbox. */
export function limitOutbox(outbox: Outbox, { outboxBytes, rowTtlMs }: DeviceSettings): void {
  if (outboxBytes !== undefined) outbox.setBudget(outboxBytes);
  outbox.setTtl(rowTtlMs);
}

/** Rows the server did not want; of events only in the log, because an event about them might be the next one. */
export function tellRejected(events: Events, of: StreamClass, rejected: TelemetryAck['rejected']): void {
  const [first] = rejected;
  if (first === undefined) return;
  const details = { class: of, rows: rejected.length, firstSeq: first.seq, reason: first.code };
  if (of === 'reports') events.problem('rejected', new Error(JSON.stringify(details)));
  else events.record('rows_rejected', details);
}
