import { codeOf, isRetryable, messageOf } from '@plumbline/shared/errors';
import type { Slot } from '@plumbline/shared/update';
import { freeSlot, reasonOf, type UpdateEffect, type UpdateInput, type UpdateModel } from '../update/index.ts';

/** How long a step waits that the device itself stood in the way of. */
export const DEFER_MS = 600_000;

/** What a step that threw means to the machine. What nobody foresaw is tried again later, and reported until then. */
export function inputOfFailure(error: unknown, effect: UpdateEffect, model: UpdateModel, now: number): UpdateInput {
  const detail = `${codeOf(error)}: ${messageOf(error)}`;
  if (codeOf(error) === 'slot_damaged') return { type: 'damaged', slot: slotOf(effect, model) };
  if (codeOf(error) === 'store_full') return { type: 'deferred', until: now + DEFER_MS, reason: 'disk_full', detail };
  const reason = isRetryable(error) ? undefined : reasonOf(error);
  return reason === undefined
    ? { type: 'deferred', until: now + DEFER_MS, detail }
    : { type: 'failed', reason, detail };
}

function slotOf(effect: UpdateEffect, model: UpdateModel): Slot {
  return effect === 'roll-back' && model.active !== undefined ? model.active : freeSlot(model);
}
