import { changePoint, chiSquareQuantile, type Finding } from '@plumbline/shared/drift';
import type { DeviceDay } from '../merge/device-days.ts';
import { addAll, countsOfDay, SCORE, type Period } from './period.ts';

/** A likeliest day there always is: it is told only where the days before and after surely differ. */
const SURE = 1e-4;

/** Adds to an alarm when it began, if that lies within the days that are known. */
export function withSince(finding: Finding, period: Period): Finding {
  if (!finding.alarm) return finding;
  const name = finding.kind === 'score' ? SCORE : (finding.subject ?? '');
  const days = Map.groupBy(
    [...period.history, ...period.days].filter((day) => !day.quarantined && isWithin(day, finding, period)),
    ({ fromAt }) => fromAt,
  );
  const counts = [...days]
    .toSorted(([a], [b]) => a - b)
    .map(([at, own]) => ({ at, counts: addAll(own.map(({ window }) => countsOfDay(window, name))) }));
  const bins = Math.max(2, ...counts.map((day) => day.counts.length));
  const found = changePoint(counts);
  if (found === undefined || found.statistic < chiSquareQuantile(SURE / counts.length, bins - 1)) return finding;
  const { at, low, high } = found;
  return { ...finding, since: { at, low, high } };
}

function isWithin({ device, site }: DeviceDay, { scope }: Finding, { belongings }: Period): boolean {
  if (scope.of === 'fleet') return true;
  if (scope.of === 'device') return device === scope.id;
  if (scope.of === 'site') return site === scope.id;
  const own = belongings.get(device);
  return scope.of === 'profile' ? own?.profile === scope.id : own?.groups.includes(scope.id) === true;
}
