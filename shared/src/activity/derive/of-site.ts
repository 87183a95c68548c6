import type { Counts, Kind } from './counts.ts';
import { kindOf } from './counts.ts';
import type { Derivation, DerivationInput } from './derivation.ts';

/** Beyond this many outcomes a rate is as sure as it gets; a count that only grows would pass for drift. */
const MOST_COUNTED = 100;
const LAST = 10;
/** A kind of work is believed to be like its site until it has shown otherwise this many times. */
const KIND_WEIGHT = 5;
const NO_LOG = 'until anything of the site is known';
const NO_OUTCOMES = 'until an outcome of another activity of the site is known';
const NO_KIND = 'when the record does not name its kind of work';

/** From the other activities of the site. */
export const OF_SITE: Readonly<Record<string, Derivation>> = {
  'site-late-rate@1': {
    range: [0, 1],
    needs: 'site',
    about: 'Share of late outcomes on the site, drawn towards one half by two outcomes: (late + 1) / (finished + 2).',
    missing: NO_OUTCOMES,
    derive: (input) => rateOf(countsOf(input)),
  },
  'site-last-late-rate@1': {
    range: [0, 1],
    needs: 'site',
    about: 'The same over the ten activities whose outcome became known last: whether the site is in trouble now.',
    missing: NO_OUTCOMES,
    derive: ({ history, record }) => {
      const labels = history?.lastOutcomes(LAST, record.activity) ?? [];
      const late = labels.filter((label) => label === 1).length;
      return labels.length === 0 ? null : smoothed(late, labels.length);
    },
  },
  'site-finished@1': {
    range: [0, MOST_COUNTED],
    needs: 'site',
    about: 'Other activities of the site with a known outcome: how much the rates rest on.',
    missing: NO_LOG,
    derive: (input) => countsOf(input)?.finished ?? null,
  },
  'trade-late-rate@1': {
    range: [0, 1],
    needs: 'site',
    ofKind: true,
    about: 'Share of late outcomes among work of the same kind, drawn towards the rate of the site by five outcomes.',
    missing: `${NO_OUTCOMES}, and ${NO_KIND}`,
    derive: (input) => {
      const rate = rateOf(countsOf(input));
      const own = countsOfKind(input);
      if (rate === null || own === undefined) return null;
      return (own.late + KIND_WEIGHT * rate) / (own.finished + KIND_WEIGHT);
    },
  },
  'trade-finished@1': {
    range: [0, MOST_COUNTED],
    needs: 'site',
    ofKind: true,
    about: 'Of these, the ones of the same kind of work.',
    missing: `${NO_LOG}, and ${NO_KIND}`,
    derive: (input) => countsOfKind(input)?.finished ?? null,
  },
  'open-activities@1': {
    range: [0, 10_000],
    needs: 'site',
    about: 'Other activities of the site whose planned start has passed and that are not finished.',
    missing: NO_LOG,
    derive: (input) => countsOf(input)?.open ?? null,
  },
  'open-activities-of-trade@1': {
    range: [0, 10_000],
    needs: 'site',
    ofKind: true,
    about: 'Of these, the ones of the same kind of work.',
    missing: `${NO_LOG}, and ${NO_KIND}`,
    derive: (input) => countsOfKind(input)?.open ?? null,
  },
  'overdue-activities@1': {
    range: [0, 10_000],
    needs: 'site',
    about: 'Other activities of the site that are past their due date and not finished, as far as is known.',
    missing: NO_LOG,
    derive: (input) => countsOf(input)?.overdue ?? null,
  },
};

function countsOf({ history, record }: DerivationInput): Counts | undefined {
  return history?.hasBegun === true ? history.counts(record.activity) : undefined;
}

function countsOfKind({ history, record, column }: DerivationInput): Counts | undefined {
  const value = kindOf(record.values, column);
  if (value === undefined || history?.hasBegun !== true) return undefined;
  const kind: Kind = { column, value };
  return history.counts(record.activity, kind);
}

function rateOf(counts: Counts | undefined): number | null {
  return counts === undefined || counts.finished === 0 ? null : smoothed(counts.late, counts.finished);
}

function smoothed(late: number, finished: number): number {
  return (late + 1) / (finished + 2);
}
