import { assignedModel, releaseNeeds } from '@plumbline/shared/trust';
import { proof, refusalReason, updateState, type RefusalReason, type Slot } from '@plumbline/shared/update';
import { shadowReport, type ShadowReport } from '@plumbline/shared/wire';
import { z } from 'zod';

const count = z.number().int().nonnegative();

/** What the assignment wants of one line, after trust has agreed; `expires` is the earlier one of assignment and line. */
export const target = assignedModel.extend({
  seq: count,
  expires: z.number().int(),
  version: z.string(),
  /** What the release says the device must offer, as far as it says so. */
  needs: releaseNeeds.optional(),
});

/** What lies in a slot, by hash of the archive. */
export const slotContent = z.strictObject({
  sha256: z.string(),
  version: z.string(),
  counter: count,
  /** It has answered predictions on this device: the only bytes that may do so again without a test. */
  served: z.boolean().optional(),
  /** Real records of this device have proved it. */
  proven: z.boolean().optional(),
});

const hashCount = z.strictObject({ sha256: z.string(), count });

/** How the shadow run of a candidate against the slot that answered then ended; without report, nothing was to compare. */
const shadowEnd = z.strictObject({ of: z.string(), against: z.string(), report: shadowReport.optional() });

/** One model line on this device: the state of the machine, written before every step. */
export const updateModel = z.strictObject({
  line: z.string(),
  state: updateState,
  slots: z.strictObject({ A: slotContent.optional(), B: slotContent.optional() }),
  /** The slot that answers predictions; absent while none does. */
  active: z.enum(['A', 'B']).optional(),
  target: target.optional(),
  proof: proof.optional(),
  reason: refusalReason.optional(),
  detail: z.string().max(1024).optional(),
  /** Highest release counter that ever ran here: nothing below it is installed again. */
  ranCounter: count,
  /** Starts of the process that found no clean end, since this state of trying the target began. */
  uncleanStarts: count,
  /** When the active slot began to answer, ms; the soak is counted from here, across restarts. */
  provingSince: z.number().int().optional(),
  /** When the shadow run began, ms; it waits for real records from here, across restarts. */
  shadowingSince: z.number().int().optional(),
  shadow: shadowEnd.optional(),
  /** Failures of archives and payloads by hash, the newest last; they outlive assignments. */
  strikes: z.array(hashCount).optional(),
  /** A deferred step is tried again then, ms. */
  deferredUntil: z.number().int().optional(),
});

export type Target = z.infer<typeof target>;
export type SlotContent = z.infer<typeof slotContent>;
export type UpdateModel = z.infer<typeof updateModel>;

/** What is to be done next; each has one executor in `install/`. */
export type UpdateEffect = 'fetch' | 'verify' | 'stage' | 'self-test' | 'shadow' | 'activate' | 'prove' | 'roll-back';

export type UpdateInput =
  | { type: 'assigned'; target: Target }
  /** Trust said no to what is wanted of this line. */
  | { type: 'declined'; target: Target; reason: RefusalReason; detail: string }
  | { type: 'begin' }
  | { type: 'fetched' }
  | { type: 'verified' }
  | { type: 'staged' }
  /** The slot or the payload is not what the state believes: fetch again. */
  | { type: 'missing' }
  /** What travelled is not what was assigned: fetched again a few times, then refused. */
  | { type: 'spoiled'; detail: string }
  | { type: 'tested'; at: number }
  | { type: 'shadowed'; report?: ShadowReport }
  | { type: 'activated'; at: number }
  | { type: 'proved'; proof: 'proven' | 'unproven: no traffic'; detail?: string }
  | { type: 'rolled-back' }
  | { type: 'failed'; reason: RefusalReason; detail: string; shadow?: ShadowReport }
  | { type: 'deferred'; until: number; reason?: RefusalReason; detail: string }
  | { type: 'resumed' }
  | { type: 'started'; clean: boolean }
  /** The bytes in a slot do not have their hash any more. */
  | { type: 'damaged'; slot: Slot };

export function newLine(line: string): UpdateModel {
  return { line, state: 'idle', slots: {}, ranCounter: 0, uncleanStarts: 0 };
}

/** The slot that is free to be written: never the one that answers. */
export function freeSlot({ active }: Pick<UpdateModel, 'active'>): Slot {
  return active === 'A' ? 'B' : 'A';
}

/** The same bytes under the same counter; a newer `seq` alone asks for nothing new. */
export function sameTarget(a: Target | undefined, b: Target | undefined): boolean {
  return a !== undefined && b !== undefined && a.sha256 === b.sha256 && a.releaseCounter === b.releaseCounter;
}

/** A person wants bytes tried again that this device has turned down. */
export function isAskedAgain(model: Pick<UpdateModel, 'state' | 'target'>, wanted: Target): boolean {
  const isTurnedDown = model.state === 'refused' || model.state === 'rolled-back';
  return isTurnedDown && sameTarget(model.target, wanted) && (wanted.attempt ?? 0) > (model.target?.attempt ?? 0);
}
