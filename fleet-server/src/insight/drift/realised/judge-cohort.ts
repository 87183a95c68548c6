import {
  budgetOf,
  fairnessGaps,
  LOSS_THAT_MATTERS,
  performanceOf,
  realisedPerformance,
  shiftWords,
  spreadOfSites,
  type Finding,
  type FindingKind,
  type LabelCounts,
  type Performance,
  type PerformanceName,
  type Reference,
  type SliceConfusion,
} from '@plumbline/shared/drift';
import type { Matured } from '../../telemetry/index.ts';
import { makeFinding, type FindingParts } from '../findings/make-finding.ts';
import { MEASURES } from '../judge/judge-estimate.ts';
import { GAP_THAT_MATTERS } from '../judge/judge-selection.ts';
import { FLEET, sum } from '../judge/period.ts';
import { countLabels } from './count-outcomes.ts';
import type { Cohort } from './due-cohort.ts';
import { judgeOwnLoss, type OwnLoss } from './judge-own-loss.ts';

type Version = { line: string; version: string };
export type Calibrated = Reference & { calibration: NonNullable<Reference['calibration']> };

/** Realised performance and what kind of change it is share what outcomes may spend: half each. */
const HALF = 2;
/** Rates that moved by less are not worth a word, however sure. */
const RATE_THAT_MATTERS = 0.05;
/** Devices that are left out in turn. */
const LEFT_OUT = 5;

/**
 * Everything that the outcomes of one cohort say of a version.
 * @param slices since its release, this cohort included
 * @param past what fell due before it and was no worse than it should be
 */
export function judgeCohort(
  of: Version,
  reference: Calibrated,
  cohort: Cohort,
  slices: readonly SliceConfusion[],
  past: readonly Matured[] = [],
): Finding[] {
  const loudest = [...Map.groupBy(cohort.matured, ({ device }) => device)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, LEFT_OUT)
    .map(([device]) => cohort.matured.filter((one) => one.device !== device));
  const about = {
    ...of,
    scope: FLEET,
    from: cohort.from,
    to: cohort.to,
    n: cohort.matured.length,
    devices: new Set(cohort.matured.map(({ device }) => device)).size,
    sites: new Set(cohort.matured.map(({ site }) => site)).size,
  };
  return [
    ...judgeRealised(about, reference, cohort, loudest, judgeOwnLoss(cohort, past, reference.calibration.threshold)),
    ...judgeWords(about, reference, cohort.matured, loudest),
    ...judgeFairness(about, slices),
  ];
}

type About = Pick<FindingParts, 'line' | 'version' | 'scope' | 'from' | 'to' | 'n' | 'devices' | 'sites'>;

/** What the model did on rows it had not seen. */
export function expectedOf({ expected, calibration }: Calibrated): Performance | undefined {
  return expected ?? performanceOf(calibration, calibration.threshold);
}

function judgeRealised(
  about: About,
  reference: Calibrated,
  { matured, open }: Cohort,
  without: Matured[][],
  past: Partial<Record<PerformanceName, OwnLoss>>,
): Finding[] {
  const expected = expectedOf(reference);
  if (expected === undefined) return [];
  const { threshold } = reference.calibration;
  // Two questions where both can be asked, half each: sure bounds over sites, and each site against its own past.
  const alpha = budgetOf('realised', 'fleet') / HALF / MEASURES.length / (past.brier === undefined ? 1 : HALF);
  const realisedOf = (rows: readonly Matured[]) => {
    const bySite = [...Map.groupBy(rows, ({ site }) => site)].map(([site, own]) => ({ site, ...countLabels(own) }));
    return realisedPerformance(bySite, { threshold, alpha, expected });
  };
  const realised = realisedOf(matured);
  if (realised === undefined) return [];
  const others = without.map(realisedOf);
  return MEASURES.flatMap((name): Finding[] => {
    const { value, low, high, alarm } = realised.measures[name];
    if (Number.isNaN(value)) return [];
    const stands = others.every((one) => one === undefined || one.measures[name].alarm);
    const isKnown = Number.isFinite(low) && Number.isFinite(high);
    const range = isKnown ? `${low.toFixed(3)} to ${high.toFixed(3)}` : 'too few sites for bounds';
    const own = past[name];
    const isWorse = own !== undefined && own.p <= alpha && own.grown >= LOSS_THAT_MATTERS[name];
    const isFound = alarm && stands;
    const unknown = open === 0 ? '' : `, ${open} more fell due and have no outcome`;
    return [
      makeFinding({
        ...about,
        kind: 'realised',
        subject: name,
        alarm: (isFound || isWorse) && about.devices !== 1,
        statistic: value,
        threshold: expected[name],
        p: isWorse ? own.p : alarm ? alpha : 1,
        effect: Math.abs(value - expected[name]),
        sure: isKnown ? `between ${range}, at every look` : range,
        sentence: `${name} was ${value.toFixed(3)} (${range}) on ${realised.n} outcomes${unknown}; expected ${expected[name].toFixed(3)}${isWorse ? own.sentence : ''}`,
      }),
    ];
  });
}

/** Label and concept: in words, and by how much rates have moved. */
function judgeWords(
  about: About,
  { calibration }: Calibrated,
  matured: readonly Matured[],
  without: Matured[][],
): Finding[] {
  const alpha = budgetOf('concept', 'fleet') / HALF;
  const wordsOf = (rows: readonly Matured[]) => {
    const counts = countLabels(rows);
    const scores = counts.negative.map((count, b) => count + (counts.positive[b] ?? 0));
    const bySite = [...Map.groupBy(rows, ({ site }) => site).values()].map((own) => {
      const late = own.filter(({ label }) => label === 1).length;
      return [own.length - late, late];
    });
    const designEffect = spreadOfSites(bySite)?.designEffect ?? 1;
    return { counts, shift: shiftWords(calibration, { ...counts, scores }, { alpha, designEffect }) };
  };
  const { counts, shift } = wordsOf(matured);
  const others = without.map((rows) => wordsOf(rows).shift.words);
  const moved: Record<'label' | 'concept', { effect: number; p: number }> = {
    label: { effect: Math.abs(rateOf(counts) - rateOf(calibration)), p: shift.p.baseRate },
    concept: { effect: meaningMoved(calibration, counts), p: shift.p.labelGivenScore },
  };
  return (['label', 'concept'] as const).map((word) => {
    const { effect, p } = moved[word];
    const isSaid = shift.words.includes(word) && effect >= RATE_THAT_MATTERS;
    const stands = others.every((words) => words.includes(word));
    const kind: FindingKind = word;
    return makeFinding({
      ...about,
      kind,
      alarm: isSaid && stands && about.devices !== 1,
      statistic: effect,
      threshold: RATE_THAT_MATTERS,
      p,
      effect,
      sentence: shift.sentence,
    });
  });
}

function judgeFairness(about: About, slices: readonly SliceConfusion[]): Finding[] {
  if (slices.length === 0) return [];
  const alpha = budgetOf('fairness', 'fleet') / 2;
  return fairnessGaps(slices, { alpha, limit: GAP_THAT_MATTERS })
    .filter(({ alarm, gap }) => alarm && gap !== 'selection')
    .map(({ slice, gap, value, low, high, n }) => {
      const what = gap === 'missed' ? 'late ones are missed' : 'false alarms are raised';
      const points = `${Math.abs(100 * value).toFixed(0)} points ${value < 0 ? 'less' : 'more'} often`;
      return makeFinding({
        ...about,
        kind: 'fairness',
        subject: `${slice}/${gap}`,
        alarm: true,
        statistic: value,
        threshold: GAP_THAT_MATTERS,
        p: alpha,
        effect: Math.abs(value),
        n,
        sure: `a gap between ${low.toFixed(2)} and ${high.toFixed(2)}, at every look`,
        sentence: `in ${slice} ${what} ${points} than in others of its kind`,
      });
    });
}

function rateOf({ negative, positive }: LabelCounts): number {
  return sum(positive) / Math.max(1, sum(negative) + sum(positive));
}

/** How far the rate of late ones has moved at a given score, over the scores that come in now. */
function meaningMoved(before: LabelCounts, now: LabelCounts): number {
  const rows = now.negative.map((count, b) => {
    const [n, m] = [count + (now.positive[b] ?? 0), (before.negative[b] ?? 0) + (before.positive[b] ?? 0)];
    return n === 0 || m === 0
      ? { n: 0, gap: 0 }
      : { n, gap: (now.positive[b] ?? 0) / n - (before.positive[b] ?? 0) / m };
  });
  const n = rows.reduce((all, one) => all + one.n, 0);
  return n === 0 ? 0 : Math.abs(rows.reduce((all, one) => all + one.n * one.gap, 0) / n);
}
