import type { GraphOutput } from '@plumbline/shared/manifest';
import type { TargetLoss } from '../../training/index.ts';

type ValueOutput = Extract<GraphOutput, { kind: 'value' }>;

export const DAYS = 'days';

/** What a regression of delay days answers: its value in days, of a quantile with the quantile it means. */
export function delayOutputOf(loss: TargetLoss | undefined): ValueOutput {
  const quantile = typeof loss === 'object' ? { quantile: loss.quantile } : {};
  return { kind: 'value', value: 'value', unit: DAYS, ...quantile };
}

/** The loss by which a value is judged. */
export function lossOfOutput({ quantile }: ValueOutput): TargetLoss {
  return quantile === undefined ? 'absolute' : { quantile };
}
