/** Something that has happened and is committed; what it names is read back from the room that owns it. */
export type FleetEvent =
  | { type: 'device.enrolled'; site: string; device: string }
  | { type: 'device.revoked'; site: string; device: string; reason: string }
  | { type: 'device.quarantined'; site: string; device: string; reason: string }
  /** Two devices hold one key; it is quarantined in the same transaction. */
  | { type: 'device.cloned'; site: string; device: string }
  | { type: 'device.assigned'; site: string; device: string; seq: number }
  | { type: 'device.reported'; site: string; device: string }
  /** It holds old metadata: nothing installs there, and nobody says why. */
  | { type: 'device.stale'; site: string; device: string; reason: string }
  /** There is a newer timestamp than devices have; by its version. */
  | { type: 'metadata.published'; timestamp: number }
  | { type: 'model.published'; model: string; version: string; releaseCounter: number }
  | { type: 'rollout.transition'; rollout: string; from: string; to: string; reason: string }
  | { type: 'drift.alert'; model: string; site?: string; device?: string; reason: string }
  | { type: 'telemetry.committed'; site: string; device: string; stream: string; upTo: number };

export type FleetEventType = FleetEvent['type'];
export type EventOf<Type extends FleetEventType> = Extract<FleetEvent, { type: Type }>;
