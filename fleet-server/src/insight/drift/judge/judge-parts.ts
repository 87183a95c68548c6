import { budgetOf, compareAll, findInScopes, type Comparison, type Finding } from '@plumbline/shared/drift';
import { sumByDevice } from '../merge/device-days.ts';
import { scopesOf } from '../merge/scopes.ts';
import { comparisonFinding, MINIMUM_EFFECT } from './judge-inputs.ts';
import type { Faulty } from './judge-quality.ts';
import { addAll, comparedOf, countsOf, SCORE, type Period } from './period.ts';

/** Predictions before and within the period that a part of the fleet needs to be held against itself. */
const MINIMUM_ROWS = 100;

/**
 * Sites, profiles and groups, each held against itself before: a site differs from the fleet without anything having
 * changed there. Only alarms are findings, and only of what the fleet as a whole does not say already.
 */
export function judgeParts(period: Period, faulty: Faulty, ofFleet: readonly Comparison[]): Finding[] {
  const compared = comparedOf(period.reference);
  const before = new Map(
    scopesOf(sumByDevice(period.history), period.belongings).map(({ scope, parts }) => [
      `${scope.of} ${scope.id}`,
      parts,
    ]),
  );
  const told = new Set(ofFleet.flatMap(({ name, alarm }) => (alarm ? [name] : [])));
  const seen = new Set([keyOf(period.devices)]);
  const scopes = scopesOf(period.devices, period.belongings)
    .toSorted((a, b) => a.parts.length - b.parts.length)
    .flatMap(({ scope, parts }) => {
      // The same devices under another name are the same question.
      const key = keyOf(parts);
      const own = before.get(`${scope.of} ${scope.id}`) ?? [];
      const n = { before: rows(own), now: rows(parts) };
      if (seen.has(key) || n.before < MINIMUM_ROWS || n.now < MINIMUM_ROWS) return [];
      seen.add(key);
      const pairs = compared.map(({ name }, i) => ({
        name,
        before: addAll(own.map((one) => countsOf(one, compared).counts[i] ?? [])),
        after: addAll(parts.map((one) => countsOf(one, compared).counts[i] ?? [])),
      }));
      const rule = { falseAlarmBudget: budgetOf('covariate', 'parts'), minimumEffect: MINIMUM_EFFECT };
      return [{ scope, parts, n: n.now, comparisons: compareAll(pairs, rule) }];
    });
  const found = findInScopes(
    scopes.map(({ comparisons }) => comparisons.map(({ p }) => p)),
    budgetOf('covariate', 'parts'),
  );
  return scopes.flatMap(({ scope, parts, n, comparisons }, s) =>
    comparisons
      .map((one, i) => ({ ...one, alarm: found[s]?.[i] === true && one.effect >= MINIMUM_EFFECT }))
      .filter(({ alarm, name }) => alarm && !told.has(name) && !isFaulty(name, parts, faulty))
      .map((one) => {
        const sites = new Set(parts.map(({ site }) => site)).size;
        return comparisonFinding(period, one, scope, { n, devices: parts.length, sites });
      }),
  );
}

function isFaulty(name: string, parts: readonly { device: string }[], faulty: Faulty): boolean {
  const sets = name === SCORE ? [...faulty.values()] : [faulty.get(name) ?? new Set<string>()];
  return sets.some((set) => parts.some(({ device }) => set.has(device)));
}

function keyOf(parts: readonly { device: string }[]): string {
  return [...new Set(parts.map(({ device }) => device))].toSorted().join('\n');
}

function rows(parts: Period['devices']): number {
  return parts.reduce((all, { window }) => all + window.count, 0);
}
