import type { AlertKind } from './condition.ts';

export const SEVERITIES = ['notice', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Critical: the fleet is under attack or cut off. Warning: something works badly, or a person must decide. */
const SEVERITY_OF: Record<AlertKind, Severity> = {
  device_silent: 'notice',
  site_silent: 'warning',
  region_silent: 'critical',
  fleet_silent: 'critical',
  device_cloned: 'critical',
  device_stale: 'warning',
  device_penalised: 'notice',
  rollout_asks: 'notice',
  rollout_failed: 'warning',
  drift: 'warning',
  data_quality: 'warning',
  evidence_refused: 'warning',
  webhook_dead: 'warning',
  mail_dead: 'warning',
  audit_head_unkept: 'warning',
};

export const ALERT_KINDS = Object.keys(SEVERITY_OF) as AlertKind[];

export function severityOf(kind: AlertKind): Severity {
  return SEVERITY_OF[kind];
}
