import type { PublicEventType } from '@plumbline/shared/api';
import type { FleetEventType } from '../../../platform/outbox/index.ts';

/** What the rooms say to each other and nobody else is told: too much of it, or no news to anybody. */
type Internal =
  | 'device.reported'
  | 'devices.tagged'
  | 'drift.judged'
  | 'group.changed'
  | 'metadata.published'
  | 'site.recorded'
  | 'telemetry.committed';

export type ToldType = Exclude<FleetEventType, Internal>;

/** A new event of the fleet fails here until somebody has decided whether others are told. */
const TOLD: Record<ToldType, true> = {
  'device.enrolled': true,
  'device.revoked': true,
  'device.quarantined': true,
  'device.cloned': true,
  'device.replaced': true,
  'device.retired': true,
  'site.closing': true,
  'site.reopened': true,
  'site.archived': true,
  'device.assigned': true,
  'device.stale': true,
  'dataset.registered': true,
  'model.published': true,
  'model.aliased': true,
  'model.deprecated': true,
  'run.ended': true,
  'batch.ended': true,
  'pipeline.run': true,
  'pipeline.step': true,
  'retraining.turn': true,
  'rollout.transition': true,
  'rollout.asks': true,
  'fleet.frozen': true,
  'fleet.thawed': true,
  'device.penalised': true,
  'drift.alert': true,
  'drift.finding': true,
  'alert.raised': true,
  'alert.cleared': true,
} satisfies Partial<Record<PublicEventType, true>>;

export const toldTypes = Object.keys(TOLD) as ToldType[];
