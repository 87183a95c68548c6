import type { DriftVerdict, Finding } from '@plumbline/shared/drift';
import { judgeEstimate } from './judge-estimate.ts';
import { judgeInputs } from './judge-inputs.ts';
import { judgeParts } from './judge-parts.ts';
import { judgeQuality, type Faulty } from './judge-quality.ts';
import { judgeSelection } from './judge-selection.ts';
import type { Period } from './period.ts';
import { withSince } from './since-when.ts';

export interface PeriodVerdict {
  findings: Finding[];
  faulty: Faulty;
  /** The word on the inputs of the whole fleet, in one sentence. */
  verdict: DriftVerdict;
}

/** With so few devices the fleet is each of them: there is no other to be told apart from. */
const FEW = 5;

/** Everything that one closed period says without outcomes: data first, for faults of theirs explain all the rest. */
export function judgePeriod(period: Period, minimumEffect?: number): PeriodVerdict {
  const quality = judgeQuality(period);
  const inputs = judgeInputs(period, quality.faulty, minimumEffect);
  const parts = judgeParts(period, quality.faulty, inputs.comparisons);
  const others = [...judgeEstimate(period), ...judgeSelection(period)];
  const findings = [...quality.findings, ...inputs.findings, ...parts, ...others].map((one) => withSince(one, period));
  const count = period.devices.reduce((all, { window }) => all + window.count, 0);
  const isFew = period.devices.length <= FEW;
  const alarms = findings
    .filter(({ alarm, kind, scope }) => {
      const isInput = kind === 'covariate' || kind === 'score';
      return alarm && isInput && (scope.of === 'fleet' || (isFew && scope.of === 'device'));
    })
    .toSorted((a, b) => b.effect - a.effect);
  const [worst, ...rest] = alarms;
  const also = rest.length === 0 ? '' : `; also ${rest.map(({ subject }) => subject ?? 'the score').join(', ')}`;
  return {
    findings,
    faulty: quality.faulty,
    verdict: {
      count,
      from: period.from,
      to: period.to,
      comparisons: inputs.comparisons,
      alarm: worst !== undefined,
      sentence: worst === undefined ? `no drift found in ${count} predictions` : `${worst.sentence}${also}`,
    },
  };
}
