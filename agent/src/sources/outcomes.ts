import { siteLogEntry, type FieldState, type SiteLogEntry } from '@plumbline/shared/activity';
import { sha256Hex, toHex, utf8 } from '@plumbline/shared/trust';
import { AgentError } from '../errors.ts';
import type { Outbox } from '../link/outbox/index.ts';
import type { Clock, Random, Store } from '../ports/index.ts';
import { readOne } from '../store/json.ts';
import { siteEntryKey } from '../store/keys.ts';
import type { SiteLog } from './site-log.ts';

export interface OutcomeInput {
  activity: string;
  /** 1 = late, 0 = in time. */
  label: 0 | 1;
  /** Actual minus planned finish in days; without it a model that answers days is not judged by this outcome. */
  delayDays?: number;
  actor: string;
  /** When it was seen, ms; now by default. */
  at?: number;
  /** The caller's own reference, travelling with the row; the same one again answers the entry it made first. */
  ref?: string;
}

export interface OutcomeDeps {
  clock: Clock;
  random: Random;
  store: Store;
  outbox: Outbox;
  siteLog: SiteLog;
  device: string;
}

const ENTRY_ID_BYTES = 8;
const REF_HASH_CHARACTERS = 32;
/** Outcomes with a reference stand in one queue: of two at once with the same one, the second finds the first. */
const turns = new WeakMap<SiteLog, Promise<unknown>>();

/**
 * What a person saw: a row for the server and an entry of the local log, durable in one commit before anyone is
 * told so. A correction names the entry it replaces.
 * @throws AgentError `ref_conflict`: the reference stands for another outcome
 */
export async function recordOutcome(deps: OutcomeDeps, outcome: OutcomeInput): Promise<SiteLogEntry> {
  if (outcome.ref === undefined) {
    return write(deps, outcome, `${deps.device}-${toHex(deps.random.bytes(ENTRY_ID_BYTES))}`);
  }
  const before = turns.get(deps.siteLog) ?? Promise.resolve();
  const result = before.then(() => recordOnce(deps, outcome, outcome.ref ?? ''));
  turns.set(
    deps.siteLog,
    result.catch(() => undefined),
  );
  return result;
}

/** The entry is named after the reference, so that it is found again after any crash without a list of its own. */
async function recordOnce(deps: OutcomeDeps, outcome: OutcomeInput, ref: string): Promise<SiteLogEntry> {
  const id = `${deps.device}-${sha256Hex(utf8(ref)).slice(0, REF_HASH_CHARACTERS)}`;
  const known = await readOne(deps.store, siteEntryKey(id), siteLogEntry);
  if (known === undefined) return write(deps, outcome, id);
  const field = differenceOf(known, outcome);
  if (field === undefined) return known;
  throw new AgentError('ref_conflict', `ref: ${JSON.stringify(ref)} stands for an outcome with another ${field}`, {
    kind: 'conflict',
    field: 'ref',
    expected: 'a reference of its own for every outcome',
  });
}

/** A caller that left the time to us leaves it to us again. */
function differenceOf({ activity, actor, field, value }: SiteLogEntry, outcome: OutcomeInput): string | undefined {
  if (field !== 'outcome') return 'field';
  if (activity !== outcome.activity) return 'activity';
  if (value.label !== outcome.label) return 'label';
  if (value.delayDays !== outcome.delayDays) return 'delayDays';
  if (actor !== outcome.actor) return 'actor';
  return outcome.at !== undefined && outcome.at !== value.observedAt ? 'at' : undefined;
}

async function write(deps: OutcomeDeps, outcome: OutcomeInput, id: string): Promise<SiteLogEntry> {
  const { clock, siteLog } = deps;
  const { activity, label, delayDays, actor, at, ref } = outcome;
  const now = clock.now();
  const entry: SiteLogEntry = {
    id,
    activity,
    base: siteLog.get(activity)?.outcome?.entry.id ?? null,
    field: 'outcome',
    value: { label, observedAt: at ?? now, ...(delayDays !== undefined && { delayDays }) },
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

/** What an outcome says, unless people contradict each other: then nothing is known until one of them settles it. */
export function labelOf({ entry, conflicts }: FieldState): 0 | 1 | undefined {
  const labels = new Set([entry, ...conflicts].flatMap((one) => (one.field === 'outcome' ? [one.value.label] : [])));
  const [label] = labels;
  return labels.size === 1 ? label : undefined;
}
