import { featureKey } from '../../risk/feature-key.ts';
import type { Said } from '../../risk/shown.ts';
import type { ActivityRisk } from '../../worker/types.ts';

export type Values = NonNullable<ActivityRisk['plan']>['values'];

const FIRST = 3;
/** What it is called and where it stands in the project is not something to try. */
const FIXED = new Set(['name', 'wbs']);
/** What somebody on site can do something about. */
const IN_HAND = ['crew_size', 'crew_load', 'start_delay_days', 'start_month', 'ordered_days_ahead', 'subcontractor'];

/** Columns of the plan that can be tried: first those the model named as reasons, then what can be decided on site. */
export function changeable(values: Values, said: Said): { first: string[]; rest: string[] } {
  const columns = Object.keys(values).filter((column) => !FIXED.has(column) && values[column] !== null);
  const named = (said.reasons ?? []).map(({ feature }) => featureKey(feature));
  const rank = (column: string) => {
    const key = featureKey(column);
    const [hand, reason] = [IN_HAND.indexOf(key), named.indexOf(key)];
    return hand !== -1 ? hand - IN_HAND.length : reason !== -1 ? reason : Infinity;
  };
  const ranked = columns.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const first = ranked.filter((column) => rank(column) < Infinity).slice(0, FIRST);
  return { first, rest: ranked.filter((column) => !first.includes(column)) };
}
