import { z } from 'zod';
import { planNetwork } from './plan-network.ts';

const values = z.record(z.string().max(128), z.union([z.number(), z.string().max(4096), z.null()]));

/** What is planned for an activity, as head office knows it: the record predictions are made from. */
export const plan = z.strictObject({
  /** When a prediction is first wanted; ms since epoch, UTC. */
  startAt: z.number().int(),
  /** When the outcome falls due. */
  dueAt: z.number().int(),
  /** What must not be torn apart when a model is judged: the project or building the activity belongs to. */
  group: z.string().max(256).optional(),
  values,
  /** Floats of the schedule it came from; without them an activity is not ranked. */
  network: planNetwork.optional(),
});

/** Did it happen? 1 = late, 0 = in time, by the target of the model line. */
export const outcome = z.strictObject({
  label: z.union([z.literal(0), z.literal(1)]),
  observedAt: z.number().int(),
  /** Actual minus planned finish in days, negative when early: what a line that answers days is judged by. */
  delayDays: z.number().min(-36_600).max(36_600).optional(),
});

/** How far the work is, as somebody on site saw it; each report says all that is known, and replaces the one before. */
export const progress = z.strictObject({
  percentComplete: z.number().min(0).max(100),
  observedAt: z.number().int(),
  startedAt: z.number().int().optional(),
  finishedAt: z.number().int().optional(),
  /** What holds it up, in the words of the site's own list. */
  cause: z.string().min(1).max(64).optional(),
});

/** A remark for whoever comes next, with the photo it speaks of. */
export const note = z.strictObject({
  text: z.string().max(2000),
  /** SHA-256 of its bytes, which travel by themselves and later. */
  photo: z
    .strictObject({
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
      sizeBytes: z.number().int().positive(),
    })
    .optional(),
});

/** Whether what a model said was of use to somebody on site: which line, by the bytes that said it. */
export const feedback = z.strictObject({
  helped: z.boolean(),
  line: z.string().min(1).max(128),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
});

const head = {
  id: z.string().min(8).max(128),
  activity: z.string().min(1).max(256),
  /** Entry this one replaces, as its author saw it; null for the first of a field. */
  base: z.string().max(128).nullable(),
  actor: z.string().min(1).max(128),
  at: z.number().int(),
};

/** One line of the append-only log of a site: who said what about which field of which activity, knowing what. */
export const siteLogEntry = z.discriminatedUnion('field', [
  z.strictObject({ ...head, field: z.literal('plan'), value: plan }),
  z.strictObject({ ...head, field: z.literal('outcome'), value: outcome }),
  z.strictObject({ ...head, field: z.literal('progress'), value: progress }),
  z.strictObject({ ...head, field: z.literal('note'), value: note }),
  z.strictObject({ ...head, field: z.literal('feedback'), value: feedback }),
]);

export type SiteLogEntry = z.infer<typeof siteLogEntry>;
export type SiteLogField = SiteLogEntry['field'];
export type Plan = z.infer<typeof plan>;
export type Outcome = z.infer<typeof outcome>;
export type Progress = z.infer<typeof progress>;
export type Note = z.infer<typeof note>;
export type Feedback = z.infer<typeof feedback>;

/** One field of one activity: the entry in force, and those that were written without knowing of it. */
export interface FieldState {
  entry: SiteLogEntry;
  conflicts: SiteLogEntry[];
}

export interface ActivityState {
  activity: string;
  plan?: FieldState;
  outcome?: FieldState;
  progress?: FieldState;
  /** Remarks stand beside each other, the newest first; one that names another as its base replaces it. */
  note?: SiteLogEntry[];
  /** Likewise. */
  feedback?: SiteLogEntry[];
}

/** Fields of which several people may have said something without contradicting each other. */
const STAND_BESIDE = new Set<SiteLogField>(['note', 'feedback']);

/**
 * Folds entries into the state of each activity. The result does not depend on the order of arrival:
 * an entry replaces the one it names as `base`; several heads of one field are a conflict, of which the latest
 * (time, then id) is in force and the others are kept and shown.
 */
export function foldSiteLog(entries: Iterable<SiteLogEntry>): Map<string, ActivityState> {
  const byField = new Map<string, SiteLogEntry[]>();
  const seen = new Set<string>();
  for (const entry of entries) {
    if (seen.has(entry.id)) continue;
    seen.add(entry.id);
    const key = JSON.stringify([entry.activity, entry.field]);
    byField.set(key, [...(byField.get(key) ?? []), entry]);
  }
  const state = new Map<string, ActivityState>();
  for (const edits of byField.values()) {
    const heads = headsOf(edits);
    const [entry, ...conflicts] = heads;
    if (entry === undefined) throw new Error('unreachable: a field has at least one entry');
    const { activity, field } = entry;
    const value = STAND_BESIDE.has(field) ? heads : { entry, conflicts };
    state.set(activity, { ...(state.get(activity) ?? { activity }), [field]: value });
  }
  return state;
}

/** What nobody has replaced, the latest first. */
function headsOf(edits: SiteLogEntry[]): SiteLogEntry[] {
  // An entry that names itself replaces nothing.
  const replaced = new Set(edits.filter((edit) => edit.base !== edit.id).map((edit) => edit.base));
  const open = edits.filter((edit) => !replaced.has(edit.id));
  // A ring of entries that replace each other can only be forged; then all of them are in conflict.
  return (open.length > 0 ? open : edits).toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}
