import type { SiteLogEntry } from '@plumbline/shared/activity';
import { toHex } from '@plumbline/shared/trust';
import type { Outbox } from '../link/outbox/index.ts';
import type { Clock, Random } from '../ports/index.ts';
import type { SiteLog } from './site-log.ts';

export interface OutcomeInput {
  activity: string;
  /** 1 = late, 0 = in time. */
  label: 0 | 1;
  actor: string;
  /** When it was seen, ms; now by default. */
  at?: number;
  /** The caller's own reference, travelling with the row. */
  ref?: string;
}

const ENTRY_ID_BYTES = 8;

/**
 * What a person saw: a row for the server and an entry of the local log, durable in one commit before anyone is
 * told so. A correction names the entry it replaces.
 */
export async function recordOutcome(
  deps: { clock: Clock; random: Random; outbox: Outbox; siteLog: SiteLog; device: string },
  { activity, label, actor, at, ref }: OutcomeInput,
): Promise<SiteLogEntry> {
  const { clock, siteLog } = deps;
  const now = clock.now();
  const observedAt = at ?? now;
  const entry: SiteLogEntry = {
    id: `${deps.device}-${toHex(deps.random.bytes(ENTRY_ID_BYTES))}`,
    activity,
    base: siteLog.get(activity)?.outcome?.entry.id ?? null,
    field: 'outcome',
    value: { label, observedAt },
    actor,
    at: now,
  };
  await deps.outbox.write({
    rows: [{ kind: 'entry', at: now, ...(ref !== undefined && { ref }), entry }],
    changes: siteLog.changesOf([entry]),
  });
  siteLog.take([entry]);
  return entry;
}
