import type { ActivityRecord } from '../../manifest/record.ts';
import type { PlanNetwork } from '../plan-network.ts';
import { asOf, type HistoryAsOf, type SiteHistory } from './history.ts';
import type { Knowledge } from './timeline.ts';

/** All that a derivation may look at. */
export interface DerivationInput {
  record: ActivityRecord;
  /** What the site knew at `record.asOf`; undefined where nobody keeps its log. */
  history: HistoryAsOf | undefined;
  /** What it knew of the activity of the record. */
  own: Knowledge | undefined;
  /** Of the plan in force. */
  network: PlanNetwork | undefined;
  /** Column that tells kinds of work apart. */
  column: string;
}

/** What a derivation needs to know besides the record; each is known only as of the moment that is asked about. */
export type DerivationNeed = 'nothing' | 'plan' | 'progress' | 'site' | 'network';

/** One published function from a record and what was known at its moment to a number; null is missing. */
export interface Derivation {
  unit?: string;
  range: readonly [number, number];
  /** Follows the calendar, as `Feature.seasonal`. */
  seasonal?: true;
  needs: DerivationNeed;
  /** Compares work of one kind: the column that names the kind may be chosen. */
  ofKind?: true;
  /** What it is, in one sentence. */
  about: string;
  /** When it has no value. */
  missing: string;
  derive: (input: DerivationInput) => number | null;
}

/** The column of a kind of work where a feature names none. */
export const KIND_COLUMN = 'trade';

/** What the derivations of one record share. */
export function inputOf(record: ActivityRecord, known?: SiteHistory): DerivationInput {
  const history = known && asOf(known, record.asOf);
  const own = record.activity === undefined ? undefined : history?.of(record.activity);
  return { record, history, own, network: own?.plan?.network, column: KIND_COLUMN };
}
