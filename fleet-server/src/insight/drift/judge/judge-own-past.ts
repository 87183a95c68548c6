import {
  blockLengthOf,
  blocksOfBins,
  LEAST_PAST_MS,
  LEAST_SITES,
  memoryOf,
  testOwnPast,
  type CountBlock,
  type OwnPastTest,
} from '@plumbline/shared/drift';
import { isWithin } from '../holds/settle-holds.ts';
import type { DeviceDay } from '../merge/device-days.ts';
import type { Faulty } from './judge-quality.ts';
import { addAll, countsOfDay, SCORE, type CountedFeature, type Period } from './period.ts';

/** A feature against what its sites did before, with how long that is. */
export interface OwnPast extends OwnPastTest {
  name: string;
  /** Of the past, ms. */
  pastMs: number;
}

/**
 * Whether each feature has moved at the sites that were there before: "are they like those of training?" asks more of few
 * sites than they can say. The window is whole blocks that end with the period; a site needs eight months of past.
 * @returns nothing of features, and of fleets, that know too little of themselves
 */
export function judgeOwnPast(period: Period, compared: readonly CountedFeature[], faulty: Faulty): OwnPast[] {
  const { past = [], days, setAside = [], from, to } = period;
  const longest = [...past, ...days].reduce((most, day) => Math.max(most, day.toAt - day.fromAt), 0);
  const blockMs = Math.max(longest, blockLengthOf(to - from));
  const begins = Math.min(from, to - blockMs);
  const all = [...past, ...days].filter(({ quarantined }) => !quarantined);
  const known = sitesWithPast(all, begins);
  if (known.size < LEAST_SITES) return [];
  const cells = cellsOf(
    all.filter(({ site }) => known.has(site)),
    (at) => Math.floor((at - begins) / blockMs),
  );
  return compared.flatMap(({ name }): OwnPast[] => {
    const aside = setAside.filter((one) => one.name === name);
    const isFit = (day: DeviceDay) => {
      if (day.fromAt >= begins) return !isFaulty(day, name, faulty);
      return !aside.some((one) => day.fromAt >= one.from && day.fromAt < one.to && isWithin(day, one.scope));
    };
    const isTouched = aside.length > 0 || faulty.size > 0;
    const fit = isTouched ? cells.map((cell) => ({ ...cell, days: cell.days.filter(isFit) })) : cells;
    const stillKnown =
      aside.length === 0
        ? known
        : sitesWithPast(
            fit.flatMap(({ days: own }) => own),
            begins,
          );
    const blocks = fit
      .filter(({ site, days: own }) => own.length > 0 && stillKnown.has(site))
      .map(({ site, at, days: own }): CountBlock => {
        return { site, at, counts: addAll(own.map(({ window }) => countsOfDay(window, name))) };
      });
    const binned = blocksOfBins(
      blocks.filter(({ at }) => at < 0),
      blocks.filter(({ at }) => at >= 0),
    );
    const tested = binned && testOwnPast(binned.past, binned.now, memoryOf(blockMs));
    const first = blocks.reduce((least, { at }) => Math.min(least, at), 0);
    return tested === undefined ? [] : [{ ...tested, name, pastMs: -first * blockMs }];
  });
}

/** Sites that were counted long enough before. */
function sitesWithPast(days: readonly DeviceDay[], before: number): Set<string> {
  const first = new Map<string, number>();
  for (const { site, fromAt } of days) first.set(site, Math.min(fromAt, first.get(site) ?? Infinity));
  return new Set([...first].flatMap(([site, at]) => (before - at >= LEAST_PAST_MS ? [site] : [])));
}

/** Days of one site and block together. */
function cellsOf(days: readonly DeviceDay[], indexOf: (at: number) => number) {
  const cells = Map.groupBy(days, ({ site, fromAt }) => `${indexOf(fromAt)} ${site}`);
  return [...cells.values()].map((own) => {
    return { site: own[0]?.site ?? '', at: indexOf(own[0]?.fromAt ?? 0), days: own };
  });
}

function isFaulty({ device }: DeviceDay, name: string, faulty: Faulty): boolean {
  return name === SCORE
    ? [...faulty.values()].some((some) => some.has(device))
    : faulty.get(name)?.has(device) === true;
}
