/** Something that has happened and is committed; what it names is read back from the room that owns it. */
export type FleetEvent =
  | { type: 'device.enrolled'; site: string; device: string }
  | { type: 'device.revoked'; site: string; device: string; reason: string }
  | { type: 'device.quarantined'; site: string; device: string; reason: string }
  /** Two devices hold one key; it is quarantined in the same transaction. */
  | { type: 'device.cloned'; site: string; device: string }
  /** It stands where the other stood: exchanged, or the same hardware on another site. */
  | { type: 'device.replaced'; site: string; device: string; old: string }
  /** It was ordered to leave, has handed over everything and wipes itself; it is revoked in the same transaction. */
  | { type: 'device.retired'; site: string; device: string }
  | { type: 'site.closing' | 'site.reopened' | 'site.archived'; site: string }
  /** Its log has grown; `by` is the device that sent it, empty for head office. */
  | { type: 'site.recorded'; site: string; by: string }
  | { type: 'device.assigned'; site: string; device: string; seq: number }
  | { type: 'device.reported'; site: string; device: string }
  /** It holds old metadata: nothing installs there, and nobody says why. */
  | { type: 'device.stale'; site: string; device: string; reason: string }
  /** Members or the standing release of a group may be others now. */
  | { type: 'group.changed'; group: string }
  | { type: 'devices.tagged'; devices: number }
  /** There is a newer timestamp than devices have; by its version. */
  | { type: 'metadata.published'; timestamp: number }
  /** A version of a dataset that was not there before. */
  | { type: 'dataset.registered'; dataset: string; version: string; rows: number }
  | { type: 'model.published'; model: string; version: string; releaseCounter: number }
  /** A name points to another version, or to none. */
  | { type: 'model.aliased'; model: string; alias: string; version: string | null }
  /** Nothing new begins with it; `reason` is empty where that was taken back. */
  | { type: 'model.deprecated'; model: string; version: string; reason: string }
  /** `state`: finished, failed or stopped. */
  | { type: 'run.ended'; run: string; experiment: string; state: string }
  /** A run of a batch job is over and its results can be read; `state`: succeeded or failed. */
  | { type: 'batch.ended'; job: string; run: number; state: string }
  /** A run of a pipeline is in another state; `from` is empty for a new one, `reason` says what started it or why it ended so. */
  | { type: 'pipeline.run'; pipeline: string; run: string; from: string; to: string; reason: string }
  /** A step of a run is in another state. */
  | { type: 'pipeline.step'; pipeline: string; run: string; step: string; attempt: number; state: string }
  /** A turn of retraining is in another state; `from` is empty for a new one. */
  | { type: 'retraining.turn'; model: string; turn: string; from: string; to: string; reason: string }
  | { type: 'rollout.transition'; rollout: string; from: string; to: string; reason: string }
  /** It cannot decide by itself: a person has to approve a stage, or to look at one that is undecided past its deadline. */
  | { type: 'rollout.asks'; rollout: string; stage: number; what: 'approval' | 'decision'; reason: string }
  | { type: 'fleet.frozen' | 'fleet.thawed'; actor: string; reason: string }
  /** It failed three times one after the other: nothing new goes to it before `until`, ms. */
  | { type: 'device.penalised'; site: string; device: string; until: number; reason: string }
  | { type: 'drift.alert'; model: string; site?: string; device?: string; reason: string }
  /** A look at a closed period of a version is over; `alarms` are findings. */
  | { type: 'drift.judged'; model: string; version: string; from: number; to: number; alarms: string[] }
  /** Something has moved that had not when it was looked at before; told once while it lasts. */
  | {
      type: 'drift.finding';
      finding: string;
      kind: string;
      model: string;
      version: string;
      subject: string;
      sentence: string;
    }
  /** Something that a person should know of, see insight/alerts. */
  | { type: 'alert.raised'; alert: string; kind: string; subject: string; scope: string; sentence: string }
  | {
      type: 'alert.cleared';
      alert: string;
      kind: string;
      subject: string;
      scope: string;
      sentence: string;
      /** Why it is over: its cause has ended, a person has seen to it, another alert says it for many. */
      reason: string;
    }
  | { type: 'telemetry.committed'; site: string; device: string; stream: string; upTo: number };

export type FleetEventType = FleetEvent['type'];
export type EventOf<Type extends FleetEventType> = Extract<FleetEvent, { type: Type }>;
