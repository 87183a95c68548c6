import { createSeededRandom } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import type { Matured } from '../../telemetry/index.ts';
import { countLabels, countSlices } from './count-outcomes.ts';
import { joinCohorts, MINIMUM_OUTCOMES } from './due-cohort.ts';
import { judgeCohort, type Calibrated } from './judge-cohort.ts';
import { watchErrors } from './watch-errors.ts';

const DAY_MS = 86_400_000;
const OF = { line: 'delay', version: '1.0.0' };

/** Predictions whose score is the chance of being late, at 12 sites; `truth` says how they really end. */
function world(seed: number) {
  const { next } = createSeededRandom(seed);
  return (n: number, day: number, truth: (score: number, site: number) => number = (score) => score): Matured[] =>
    Array.from({ length: n }, (_, i) => {
      const score = next();
      const site = i % 12;
      return {
        device: `gw-${site}`,
        site: `s${site}`,
        version: '1.0.0',
        sha256: '',
        activity: `a${seed}-${day}-${i}`,
        asOf: 0,
        score,
        label: next() < truth(score, site) ? 1 : 0,
        dueAt: day * DAY_MS + 5,
        values: { trade: i % 2 === 0 ? 'wood' : 'steel' },
      };
    });
}
const draw = world(7);
const known = draw(6_000, 0);
const reference = {
  calibration: { ...countLabels(known), basis: 'held-out', clusters: 12, threshold: 0.5 },
  slices: ['wood', 'steel'].map((level) => ({
    name: `trade=${level}`,
    feature: 'trade',
    level,
    rows: 1,
    positive: 0,
    score: [],
  })),
} as unknown as Calibrated;
const cohort = (matured: Matured[]) => ({ from: DAY_MS, to: 9 * DAY_MS, matured, open: 0 });
const judge = (matured: Matured[]) => judgeCohort(OF, reference, cohort(matured), countSlices(reference, matured, 0.5));
const alarms = (matured: Matured[]) =>
  judge(matured).flatMap(({ alarm, kind, subject }) =>
    alarm ? [subject === undefined ? kind : `${kind} ${subject}`] : [],
  );

const ended = (day: number, n: number) => draw(n, day);
const open = (day: number, n: number) => Array.from({ length: n }, () => ({ dueAt: day * DAY_MS + 5 }));
const spans = (list: ReturnType<typeof joinCohorts>) =>
  list.map(({ from, to, matured, open: still }) => [from / DAY_MS, to / DAY_MS, matured.length, still]);
const days = (from: number, to: number, truth?: (score: number) => number) =>
  Array.from({ length: to - from }, (_, i) => draw(60, from + i, truth)).flat();

const six = (matured: Matured[]) => matured.map((one, i) => ({ ...one, device: `gw-${i % 6}`, site: `s${i % 6}` }));
const blunter = (score: number) => 0.5 + 0.7 * (score - 0.5);
function judged(matured: Matured[], before: Matured[]) {
  const from = Math.min(...matured.map(({ dueAt }) => dueAt));
  const found = judgeCohort(OF, reference, { from, to: from + 28 * DAY_MS, matured, open: 0 }, [], before);
  return found.find(({ subject }) => subject === 'brier');
}

describe('cohorts by due date', () => {
  it('wait until nearly all that fell due has ended, or nobody is waited for any more', () => {
    const some = [...ended(1, 60), ...ended(2, 60)];
    expect(spans(joinCohorts(some, [], DAY_MS, 4 * DAY_MS))).toEqual([[1, 3, 120, 0]]);
    expect(joinCohorts(some, open(2, 10), DAY_MS, 4 * DAY_MS)).toEqual([]);
    expect(spans(joinCohorts(some, open(2, 5), DAY_MS, 4 * DAY_MS))).toEqual([[1, 3, 120, 5]]);
    expect(spans(joinCohorts(some, open(2, 10), DAY_MS, 94 * DAY_MS))).toEqual([[1, 3, 120, 10]]);
  });

  it('hold enough, and nothing of a day that is not over', () => {
    const some = [...ended(1, MINIMUM_OUTCOMES - 1), ...ended(2, 50), ...ended(3, 200)];
    expect(spans(joinCohorts(some, [], DAY_MS, 3.5 * DAY_MS))).toEqual([[1, 3, 149, 0]]);
    expect(joinCohorts(ended(1, 99), [], 0, 9 * DAY_MS)).toEqual([]);
  });
});

describe('what outcomes say', () => {
  it('is nothing while scores mean what they meant', () => {
    expect(alarms(draw(2_000, 1))).toEqual([]);
    expect(judge(draw(2_000, 1)).find(({ subject }) => subject === 'brier')).toMatchObject({
      kind: 'realised',
      sites: 12,
    });
  });

  it('is a change of concept and a loss where the same scores end otherwise', () => {
    expect(alarms(draw(2_000, 1, (score) => 0.5 + (score - 0.5) / 4))).toEqual(
      expect.arrayContaining(['realised accuracy', 'realised brier', 'realised auc']),
    );
    expect(alarms(draw(2_000, 1, (score) => Math.min(1, score + 0.3)))).toEqual(expect.arrayContaining(['concept']));
  });

  it('is nothing where one device of twelve alone says so', () => {
    const lying = draw(2_000, 1, (score, site) => (site === 3 ? 1 - score : score));
    const loud = [...lying, ...draw(24_000, 1, (score) => 1 - score).filter(({ device }) => device === 'gw-3')];
    expect(alarms(loud).filter((one) => !one.startsWith('fairness'))).toEqual([]);
  });

  it('of six sites is a loss against what each did before, where bounds over sites are not sure of it', () => {
    const past = six(Array.from({ length: 48 }, (_, week) => draw(60, 7 * (week - 48))).flat());
    const now = six(draw(1_200, 1, blunter));
    expect(judged(now, [])).toMatchObject({ alarm: false });
    expect(judged(now, past)).toMatchObject({
      alarm: true,
      sentence: expect.stringContaining('of 6 sites against its'),
    });
    expect(judged(now, past.slice(-600))).toMatchObject({ alarm: false });
    expect(judged(six(draw(1_200, 1)), past)).toMatchObject({ alarm: false });
    const lying = six(draw(1_200, 1)).map((one) =>
      one.site === 's2' ? { ...one, label: one.score < 0.5 ? 1 : 0 } : one,
    );
    expect(judged(lying as Matured[], past)).toMatchObject({ alarm: false });
  });

  it('is a sequence of errors that grew, found within days and told with the day', () => {
    const calm = watchErrors(OF, reference, cohort(days(1, 21)), {});
    expect(calm.findings).toEqual([]);
    const worse = watchErrors(OF, reference, cohort(days(21, 30, () => 0.5)), calm.states);
    expect(worse.findings).toMatchObject([{ kind: 'sequence', alarm: true }]);
    expect(JSON.parse(JSON.stringify(worse.states))).toEqual(worse.states);
  });
});
