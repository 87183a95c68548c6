import type { SeededRandom } from '../../learners/index.ts';
import type { Scores } from '../../training/index.ts';
import type { Counts } from './measures.ts';

export interface TallyInput {
  labels: Uint8Array;
  scores: Scores;
  threshold: number;
  clusters: Int32Array;
  /** Group of each row, −1 for none. */
  assigned: Int32Array;
  groups: number;
}

/** Counts by cluster and group: what a bootstrap draws from without going over the rows again. */
export interface Tally {
  clusters: number;
  total(group: number): Counts;
  /** Counts of each group over as many clusters as there are, drawn with replacement. */
  drawn(random: SeededRandom): Counts[];
  /** Counts of each group when whole clusters, or rows where clusters lie across groups, change places by `order`. */
  dealt(shuffle: (units: Int32Array) => void): Counts[];
}

const FIELDS = 4;

export function tallyOf(input: TallyInput): Tally {
  const { labels, scores, threshold, clusters, assigned, groups } = input;
  const width = groups * FIELDS;
  const add = (into: Int32Array, base: number, row: number): void => {
    const selected = scores[row]! >= threshold ? 1 : 0;
    into[base]! += 1;
    into[base + 1]! += labels[row]!;
    into[base + 2]! += selected;
    into[base + 3]! += selected * labels[row]!;
  };
  // Only the groups that a cluster has rows of: a site of one trade has one entry, however many trades there are.
  const entries = [...Map.groupBy(clusters.keys(), (row) => clusters[row]!).values()].map((rows) =>
    [...Map.groupBy(rows, (row) => assigned[row]!)]
      .filter(([group]) => group >= 0)
      .map(([group, members]) => {
        const counts = new Int32Array(FIELDS);
        for (const row of members) add(counts, 0, row);
        return { base: group * FIELDS, counts };
      }),
  );
  const sumOver = (pick: (position: number) => number): Counts[] => {
    const sums = new Float64Array(width);
    for (let position = 0; position < entries.length; position++) {
      for (const { base, counts } of entries[pick(position)]!) {
        for (let field = 0; field < FIELDS; field++) sums[base + field]! += counts[field]!;
      }
    }
    return countsOf(sums);
  };
  const totals = sumOver((position) => position);
  // Labels of groups are dealt over units that lie within one group.
  const known = Int32Array.from([...assigned.keys()].filter((row) => assigned[row]! >= 0));
  const whole = unitsOf(known, clusters, assigned);
  return {
    clusters: entries.length,
    total: (group) => totals[group]!,
    drawn: (random) => sumOver(() => random.below(entries.length)),
    dealt: (shuffle) => {
      const groupOf = Int32Array.from(whole, (rows) => assigned[rows[0]!]!);
      shuffle(groupOf);
      const sums = new Int32Array(width);
      whole.forEach((rows, unit) => {
        for (const row of rows) add(sums, groupOf[unit]! * FIELDS, row);
      });
      return countsOf(sums);
    },
  };
}

function unitsOf(rows: Int32Array, clusters: Int32Array, assigned: Int32Array): number[][] {
  const byCluster = [...Map.groupBy(rows, (row) => clusters[row]!).values()];
  const across = byCluster.some((members) => members.some((row) => assigned[row] !== assigned[members[0]!]));
  return across ? Array.from(rows, (row) => [row]) : byCluster;
}

function countsOf(cells: ArrayLike<number>): Counts[] {
  return Array.from({ length: cells.length / FIELDS }, (_, group) => {
    const base = group * FIELDS;
    return { rows: cells[base]!, positives: cells[base + 1]!, selected: cells[base + 2]!, hits: cells[base + 3]! };
  });
}
