import { z } from 'zod';

/** Words of the device update. The machine that moves between them lives in the agent. */
export const updateState = z.enum([
  'idle',
  'offered',
  'fetching',
  'verifying',
  'staged',
  'self-testing',
  'shadowing',
  'activating',
  'proving',
  'committed',
  'rolling-back',
  'rolled-back',
  'refused',
  'deferred',
]);

/** Why a device said no, or went back; the same string reaches report, audit row, problem body and console. */
export const refusalReason = z.enum([
  'bad_hash',
  'bad_length',
  'bad_signature',
  'not_in_release',
  'rollback',
  'wrong_device',
  'does_not_fit',
  'bundle_malformed',
  'seal_invalid',
  'model_unloadable',
  'self_test_failed',
  'self_test_timeout',
  'shadow_disagrees',
  'shadow_shifted',
  'shadow_slower',
  'shadow_larger',
  'unclean_exits',
  'errors_in_service',
  'disk_full',
  'memory_low',
  'power_low',
  'link_budget',
  'outside_window',
  'deferred_on_site',
  // The device was ordered to leave the fleet.
  'retiring',
  // The same bytes brought this device down again and again.
  'given_up',
  'stale_metadata',
]);

export type UpdateState = z.infer<typeof updateState>;
export type RefusalReason = z.infer<typeof refusalReason>;

export type Slot = 'A' | 'B';

/** How a proof ended. `unproven` counts as inconclusive, never as success. */
export const proof = z.enum(['proven', 'unproven: no traffic']);
export type Proof = z.infer<typeof proof>;
