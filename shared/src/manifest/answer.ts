import type { GraphOutput } from './manifest.ts';

/** Whether two models say the same kind of thing, so that their scores can be set against each other. */
export function answersAlike(a: GraphOutput, b: GraphOutput): boolean {
  if (a.kind === 'classes' && b.kind === 'classes') return a.positive === b.positive;
  return a.kind === 'value' && b.kind === 'value' && a.unit === b.unit && a.quantile === b.quantile;
}

/** What a model answers, in words: `the chance of late`, `a value in days`, `the 0.9 quantile in days`. */
export function answerInWords(output: GraphOutput): string {
  if (output.kind === 'classes') return `the chance of ${output.positive}`;
  const what = output.quantile === undefined ? 'a value' : `the ${output.quantile} quantile`;
  return output.unit === undefined ? `${what} without a unit` : `${what} in ${output.unit}`;
}
