import type { Feature } from '../../manifest/feature.ts';
import type { ActivityRecord } from '../../manifest/record.ts';
import type { Reason } from '../../wire/rows.ts';
import { valueOf } from '../place.ts';
import type { Explainer } from './explainer.ts';

/** Smaller contributions are no reason. */
const LEAST = 1e-9;

/**
 * The `top` features that moved the raw score most, ties by name. Private ones are left out as a whole: they travel with the
 * prediction, and by what a value adds to a linear model it could be worked out.
 * @param contributions one for each feature, in their order
 */
export function rankReasons(
  { scale, approximate }: Pick<Explainer, 'scale' | 'approximate'>,
  features: readonly Feature[],
  record: ActivityRecord,
  contributions: Float64Array,
  top = 3,
): Reason[] {
  const before = (a: number, b: number) => {
    const [left, right] = [Math.abs(contributions[a]!), Math.abs(contributions[b]!)];
    return left > right || (left === right && features[a]!.name < features[b]!.name);
  };
  // Few are asked for: each takes its place among the best so far.
  const best: number[] = [];
  for (let at = 0; at < features.length; at += 1) {
    if (!(Math.abs(contributions[at]!) > LEAST) || features[at]!.private === true) continue;
    let place = best.length;
    while (place > 0 && before(at, best[place - 1]!)) place -= 1;
    if (place >= top) continue;
    best.splice(place, 0, at);
    if (best.length > top) best.pop();
  }
  return best.map((at) => ({
    feature: features[at]!.name,
    value: valueOf(features[at]!, record),
    contribution: contributions[at]!,
    approximate,
    ...(scale === 'margin' && { scale }),
  }));
}
