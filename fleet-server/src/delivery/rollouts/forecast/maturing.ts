import type { DueActivity, ForecastInput } from './forecast-input.ts';

/** Outcomes that mature by the end of a stage, as far as plans tell: those that fall due and are asked about. */
export interface Maturing {
  candidate: { outcomes: number; sites: number };
  champion: { outcomes: number; sites: number };
}

export interface StageSpan {
  /** From now until the stage opens, and until its deadline; ms. */
  opensAfterMs: number;
  endsAfterMs: number;
}

/**
 * What both models will have been right or wrong about. A site is of the candidate from the opening of the first stage that
 * draws a device of it, and of the champion until that of the last one, or always where a device of it is never drawn.
 */
export function forecastMaturing(
  { now, due, devices, untouchedSites }: Pick<ForecastInput, 'now' | 'due' | 'devices' | 'untouchedSites'>,
  spans: readonly StageSpan[],
): Maturing[] {
  const asked = due.filter(({ isAsked }) => isAsked);
  const drawn = new Map<string, { first: number; last: number }>();
  for (const { site, stage = Infinity } of devices) {
    const own = drawn.get(site) ?? { first: Infinity, last: -1 };
    drawn.set(site, { first: Math.min(own.first, stage), last: Math.max(own.last, stage) });
  }
  for (const site of untouchedSites) {
    const own = drawn.get(site);
    if (own !== undefined) own.last = Infinity;
  }
  const opensAt = (stage: number) => now + (spans[stage]?.opensAfterMs ?? Infinity);
  return spans.map(({ endsAfterMs }, index) => {
    const passed = asked.filter(({ dueAt }) => dueAt > now && dueAt <= now + endsAfterMs);
    const isCandidates = ({ site, dueAt }: DueActivity) => {
      const first = drawn.get(site)?.first ?? Infinity;
      return first <= index && dueAt > opensAt(first);
    };
    const isChampions = ({ site, dueAt }: DueActivity) => {
      const last = drawn.get(site)?.last ?? Infinity;
      return last > index || dueAt <= opensAt(last);
    };
    return { candidate: countOf(passed.filter(isCandidates)), champion: countOf(passed.filter(isChampions)) };
  });
}

function countOf(activities: readonly DueActivity[]): { outcomes: number; sites: number } {
  return { outcomes: activities.length, sites: new Set(activities.map(({ site }) => site)).size };
}
