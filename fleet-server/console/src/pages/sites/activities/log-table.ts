import type { paths } from '../../../api/schema.generated.ts';

export type LogEntry =
  paths['/api/v1/sites/{site}/log']['get']['responses'][200]['content']['application/json']['entries'][number];

/** A column says one thing; which are filled follows from the field. */
export const LOG_HEADER = [
  'id',
  'activity',
  'field',
  'said by',
  'said at (UTC)',
  'said at (site)',
  'in place of',
  'planned start',
  'planned finish',
  'percent complete',
  'started',
  'finished',
  'cause',
  'late',
  'delay in days',
  'observed',
  'note',
  'photo',
  'helped',
  'line',
  'model',
];

/** An entry as a row; all times but the first in the zone of the site. */
export function logRow(entry: LogEntry, zone: string): unknown[] {
  const { id, activity, field, actor, at, base } = entry;
  const plan = entry.field === 'plan' ? entry.value : undefined;
  const progress = entry.field === 'progress' ? entry.value : undefined;
  const outcome = entry.field === 'outcome' ? entry.value : undefined;
  const note = entry.field === 'note' ? entry.value : undefined;
  const feedback = entry.field === 'feedback' ? entry.value : undefined;
  const there = (ms: number | undefined) => (ms === undefined ? undefined : onSite(ms, zone));
  return [
    id,
    activity,
    field,
    actor,
    isDate(at) ? new Date(at).toISOString() : at,
    there(at),
    base,
    there(plan?.startAt),
    there(plan?.dueAt),
    progress?.percentComplete,
    there(progress?.startedAt),
    there(progress?.finishedAt),
    progress?.cause,
    outcome?.label,
    outcome?.delayDays,
    there(progress?.observedAt ?? outcome?.observedAt),
    note?.text,
    note?.photo?.sha256,
    feedback?.helped,
    feedback?.line,
    feedback?.sha256,
  ];
}

/** `2026-03-01 07:30:00 GMT+1`: it sorts, and names what it is off UTC by; twice an hour that comes twice differs in that. */
function onSite(ms: number, zone: string): string {
  if (!isDate(ms)) return String(ms);
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(
    ms,
  );
  const offset = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' })
    .formatToParts(ms)
    .find(({ type }) => type === 'timeZoneName');
  return `${parts} ${offset?.value ?? ''}`;
}

/** A device may say any number. */
function isDate(ms: number): boolean {
  return !Number.isNaN(new Date(ms).getTime());
}
