import { siteLogEntry, type Feedback, type Progress, type SiteLogEntry } from '@plumbline/shared/activity';
import { sha256Hex, toHex, utf8 } from '@plumbline/shared/trust';
import { photoRows } from '@plumbline/shared/wire';
import { AgentError } from '../errors.ts';
import type { Outbox } from '../link/outbox/index.ts';
import type { Clock, Random, Store } from '../ports/index.ts';
import { readOne } from '../store/json.ts';
import { siteEntryKey } from '../store/keys.ts';
import type { SiteLog } from './site-log.ts';

interface EntryHead {
  activity: string;
  actor: string;
  /** When it was seen, ms; now by default. */
  at?: number;
  /** The caller's own reference, travelling with the row; the same one again answers the entry it made first. */
  ref?: string;
  /** The entry its author saw in this place: an edit made without knowing of another is kept beside it. The newest by default. */
  base?: string | null;
}

/** What a person on site has to say, by field of the site log. */
export type EntryInput = EntryHead &
  (
    | {
        field: 'outcome';
        /** 1 = late, 0 = in time; days: actual minus planned finish, without which a model that answers days is not judged by it. */
        value: { label: 0 | 1; delayDays?: number };
      }
    | { field: 'progress'; value: Omit<Progress, 'observedAt'> }
    /** The photo: JPEG, PNG or WebP, 1 MiB at most. */
    | { field: 'note'; value: { text: string }; photo?: Uint8Array }
    | { field: 'feedback'; value: Feedback }
  );

export interface EntryDeps {
  clock: Clock;
  random: Random;
  store: Store;
  outbox: Outbox;
  siteLog: SiteLog;
  device: string;
}

const ENTRY_ID_BYTES = 8;
const REF_HASH_CHARACTERS = 32;
/** Entries with a reference stand in one queue: of two at once with the same one, the second finds the first. */
const turns = new WeakMap<SiteLog, Promise<unknown>>();

/**
 * What a person saw: a row for the server and an entry of the local log, durable in one commit before anyone is
 * told so. A correction names the entry it replaces.
 * @throws AgentError `entry_invalid` naming the field; `ref_conflict`: the reference stands for another entry. WireError
 * naming `photo`. StoreError, and then nothing of it was kept
 */
export async function recordEntry(deps: EntryDeps, input: EntryInput): Promise<SiteLogEntry> {
  if (input.ref === undefined) return write(deps, input, `${deps.device}-${toHex(deps.random.bytes(ENTRY_ID_BYTES))}`);
  const before = turns.get(deps.siteLog) ?? Promise.resolve();
  const result = before.then(() => recordOnce(deps, input, input.ref ?? ''));
  turns.set(
    deps.siteLog,
    result.catch(() => undefined),
  );
  return result;
}

/** The entry is named after the reference, so that it is found again after any crash without a list of its own. */
async function recordOnce(deps: EntryDeps, input: EntryInput, ref: string): Promise<SiteLogEntry> {
  const id = `${deps.device}-${sha256Hex(utf8(ref)).slice(0, REF_HASH_CHARACTERS)}`;
  const known = await readOne(deps.store, siteEntryKey(id), siteLogEntry);
  if (known === undefined) return write(deps, input, id);
  const field = differenceOf(known, input);
  if (field === undefined) return known;
  throw new AgentError('ref_conflict', `ref: ${JSON.stringify(ref)} stands for an entry with another ${field}`, {
    kind: 'conflict',
    field: 'ref',
    expected: 'a reference of its own for every entry',
  });
}

/** A caller that left the time to us leaves it to us again. */
function differenceOf(known: SiteLogEntry, input: EntryInput): string | undefined {
  if (known.field !== input.field) return 'field';
  if (known.activity !== input.activity) return 'activity';
  const { observedAt, ...said } = { observedAt: undefined, ...known.value };
  const { observedAt: _, ...asked } = { observedAt: undefined, ...valueOf(input, 0) };
  const keys = new Set([...Object.keys(said), ...Object.keys(asked)]);
  for (const key of keys) if (textOf(said, key) !== textOf(asked, key)) return key;
  if (known.actor !== input.actor) return 'actor';
  return input.at !== undefined && input.at !== (observedAt ?? known.at) ? 'at' : undefined;
}

function textOf(value: object, key: string): string | undefined {
  return JSON.stringify(Object.entries(value).find(([name]) => name === key)?.[1]);
}

async function write(deps: EntryDeps, input: EntryInput, id: string): Promise<SiteLogEntry> {
  const { clock, siteLog } = deps;
  const { activity, actor, ref, field } = input;
  const now = clock.now();
  const parsed = siteLogEntry.safeParse({
    id,
    activity,
    base: input.base === undefined ? standing(siteLog, input) : input.base,
    field,
    value: valueOf(input, input.at ?? now),
    actor,
    at: now,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.join('.') ?? 'entry';
    throw new AgentError('entry_invalid', `${path}: ${issue?.message}`, {
      field: path,
      expected: issue?.message ?? '',
    });
  }
  const entry = parsed.data;
  const photo = input.field === 'note' && input.photo !== undefined ? photoRows(input.photo, now) : [];
  await deps.outbox.write({
    rows: [{ kind: 'entry', at: now, ...(ref !== undefined && { ref }), entry }, ...photo],
    changes: siteLog.changesOf([entry]),
  });
  siteLog.take([entry]);
  return entry;
}

/** What stands there now, where one entry of a field replaces another. */
function standing(siteLog: SiteLog, { activity, field }: EntryInput): string | null {
  const state = siteLog.get(activity);
  const now = field === 'outcome' || field === 'progress' ? state?.[field] : undefined;
  return now?.entry.id ?? null;
}

function valueOf(input: EntryInput, observedAt: number): SiteLogEntry['value'] {
  if (input.field === 'feedback') return input.value;
  if (input.field !== 'note') return { ...input.value, observedAt };
  const { value, photo } = input;
  return { ...value, ...(photo && { photo: { sha256: sha256Hex(photo), sizeBytes: photo.length } }) };
}
