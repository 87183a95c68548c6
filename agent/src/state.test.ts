import { createHistory, foldSiteLog, type PlanNetwork, type SiteLogEntry } from '@plumbline/shared/activity';
import { describe, expect, it } from 'vitest';
import type { StoredPrediction } from './observe/stored-predictions.ts';
import { activitiesOf } from './state.ts';

const OFFICE_WEEK = 7 / 5;

function floatOf(days: number): PlanNetwork {
  const float = { workingDays: days, calendarDays: days * OFFICE_WEEK };
  return { totalFloat: float, milestones: [{ milestone: 'handover', ...float }], typicalDelayDays: 10 };
}

function planned(activity: string, network?: PlanNetwork): SiteLogEntry {
  const value = { startAt: 0, dueAt: 10, values: {}, ...(network === undefined ? {} : { network }) };
  return { id: `plan-of-${activity}`, activity, base: null, actor: 'office', at: 0, field: 'plan', value };
}

function late(activity: string): SiteLogEntry {
  const value = { label: 1, observedAt: 5 } as const;
  return { id: `outcome-of-${activity}`, activity, base: null, actor: 'ana', at: 5, field: 'outcome', value };
}

function views(entries: SiteLogEntry[], scores: Record<string, number>) {
  const states = foldSiteLog(entries);
  const predictionOf = (activity: string): StoredPrediction[] => {
    const score = scores[activity];
    if (score === undefined) return [];
    const said = { line: 'delay', activity, sha256: 'a', version: '1.0.0', at: 1, asOf: 1 };
    const first = { asOf: 1, at: 1, score, counted: true, selected: score >= 0.5, slices: [] };
    return [{ ...said, score, first }];
  };
  return activitiesOf({
    siteLog: {
      cursor: () => 0,
      states: () => states.values(),
      get: (activity) => states.get(activity),
      outcomeKnownAt: () => undefined,
      inOrder: () => [],
      about: () => undefined,
      history: () => createHistory(entries),
      changesOf: () => [],
      take: () => undefined,
    },
    predictions: { of: predictionOf, get: () => undefined, put: () => ({ changes: [] }) },
  });
}

describe('the activities of a site', () => {
  it('stand by what their delay would move: 60 days of float at 0.9 below the critical path at 0.3', () => {
    const shown = views([planned('floating', floatOf(60)), planned('critical', floatOf(0))], {
      floating: 0.9,
      critical: 0.3,
    });
    expect(shown.map(({ activity }) => activity)).toEqual(['critical', 'floating']);
    expect(shown[0]?.expectedEffectDays?.workingDays).toBeCloseTo(3, 1);
    expect(shown[1]?.expectedEffectDays?.workingDays).toBeLessThan(0.1);
    expect(shown[1]?.float).toEqual({ workingDays: 60, calendarDays: 84 });
  });

  it('keep the order of the log where no plan knows its network', () => {
    const shown = views([planned('a'), planned('b'), planned('c')], { a: 0.1, b: 0.9, c: 0.5 });
    expect(shown.map(({ activity }) => activity)).toEqual(['a', 'b', 'c']);
    expect(shown.every((view) => view.expectedEffectDays === undefined && view.float === undefined)).toBe(true);
  });

  it('that are done, or that no model spoke about, stand behind those that can still move something', () => {
    const entries = [
      planned('done', floatOf(0)),
      late('done'),
      planned('silent', floatOf(0)),
      planned('open', floatOf(9)),
    ];
    const shown = views(entries, { done: 0.99, open: 0.2 });
    expect(shown.map(({ activity }) => activity)).toEqual(['open', 'done', 'silent']);
    expect(shown.slice(1).map(({ expectedEffectDays }) => expectedEffectDays)).toEqual([undefined, undefined]);
  });
});
