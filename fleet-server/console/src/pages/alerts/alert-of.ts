import type { components, paths } from '../../api/schema.generated.ts';

export type ShownAlert = components['schemas']['ShownAlert'];
export type AlertRule = components['schemas']['AlertRule'];
export type AlertMute = components['schemas']['AlertMute'];
export type QueuedMail = components['schemas']['QueuedMail'];
export type AlertFilter = Omit<NonNullable<paths['/api/v1/alerts']['get']['parameters']['query']>, 'limit' | 'cursor'>;
export type AlertKind = ShownAlert['kind'];
export type Severity = ShownAlert['severity'];

/** The most urgent first. */
export const SEVERITIES = ['critical', 'warning', 'notice'] as const satisfies readonly Severity[];

/** What has happened for good, a drift or a rollout that was sent back, ends by nothing but a person who has seen it. */
export function isOverWhenTaken({ kind, details }: Pick<ShownAlert, 'kind' | 'details'>): boolean {
  return kind === 'drift' || (kind === 'rollout_failed' && details['status'] === 'reverted');
}
