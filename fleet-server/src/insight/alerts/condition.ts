/** What people are alerted of. */
export type AlertKind =
  | 'device_silent'
  | 'site_silent'
  | 'region_silent'
  | 'fleet_silent'
  | 'device_cloned'
  | 'device_stale'
  | 'device_penalised'
  | 'rollout_asks'
  | 'rollout_failed'
  | 'drift'
  | 'data_quality'
  | 'evidence_refused'
  | 'webhook_dead'
  | 'mail_dead'
  | 'audit_head_unkept';

export type AlertScope = 'device' | 'site' | 'region' | 'fleet' | 'rollout' | 'model' | 'webhook' | 'mail';

/** A state of the fleet that a person should know of, as one look finds it. */
export interface Condition {
  kind: AlertKind;
  /** `scope:<id>`; with the kind it is what makes two looks speak of the same alert. */
  subject: string;
  scope: AlertScope;
  sentence: string;
  details: Record<string, unknown>;
  /** When it came to be, or came to be again; ms. */
  since: number;
  /** `cause`: it is over when its cause is. `person`: what has happened stays so, and is over when somebody has seen it. */
  ends: 'cause' | 'person';
}

export function keyOf({ kind, subject }: { kind: string; subject: string }): string {
  return `${kind} ${subject}`;
}
