import type { NeighboursModel } from '../fitted-model.ts';
import { standardiseRow } from './standard-row.ts';

/** Steps a standard deviation is divided into. */
export const STEPS = 4096;

/** Stands for no distance at all, so that 1 / distance is finite and still outweighs every other row. */
export const NEAREST = 2 ** -60;

/** A standardised value in whole steps. `floor(x + ½)` is one operation of the graph, and rounds as it does. */
export function stepOf(standard: number): number {
  return Math.floor(standard * STEPS + 0.5);
}

/** How many of the nearest rows may have a vote: as many as it takes of the lightest to fill k places. */
export function reachOf({ k, targets, rowWeights }: NeighboursModel): number {
  if (rowWeights === undefined) return Math.min(k, targets.length);
  let filled = 0;
  let reach = 0;
  for (const weight of rowWeights.toSorted()) {
    if (filled >= k) break;
    filled += weight;
    reach += 1;
  }
  return reach;
}

/** Mean target of the nearest rows for a row of the raw design matrix, which is overwritten; under `line` when there is one. */
export function neighboursScorer(model: NeighboursModel): (row: Float64Array) => number {
  const { columns, targets, line, weighting, rowWeights, k } = model;
  const vectors = Float32Array.from(model.vectors, stepOf);
  const reach = reachOf(model);
  const nearest = { distances: new Float64Array(reach), rows: new Int32Array(reach) };
  return (row) => {
    standardiseRow(row, columns);
    for (let column = 0; column < row.length; column += 1) row[column] = stepOf(row[column]!);
    findNearest(nearest, vectors, row, targets.length);
    let [votes, sum, left] = [0, 0, k];
    for (let place = 0; place < reach && left > 0; place += 1) {
      const neighbour = nearest.rows[place]!;
      const filled = Math.min(left, rowWeights?.[neighbour] ?? 1);
      const distance = Math.sqrt(Math.max(nearest.distances[place]!, NEAREST));
      const vote = weighting === 'distance' ? filled / distance : filled;
      left -= filled;
      votes += vote;
      sum += vote * targets[neighbour]!;
    }
    const mean = sum / votes;
    return line === undefined ? mean : line.slope * mean + line.intercept;
  };
}

/** Keeps the nearest in order; a later row goes behind an earlier one at the same distance. */
function findNearest(
  { distances, rows }: { distances: Float64Array; rows: Int32Array },
  vectors: Float32Array,
  row: Float64Array,
  count: number,
): void {
  distances.fill(Infinity);
  const last = distances.length - 1;
  const width = row.length;
  for (let neighbour = 0; neighbour < count; neighbour += 1) {
    const base = neighbour * width;
    const farthest = distances[last]!;
    let squares = 0;
    // Whole numbers that only grow: a row that is too far after a few columns stays so.
    for (let column = 0; column < width && squares < farthest;) {
      const end = Math.min(width, column + 8);
      for (; column < end; column += 1) squares += (row[column]! - vectors[base + column]!) ** 2;
    }
    if (squares >= farthest) continue;
    let place = last;
    for (; place > 0 && distances[place - 1]! > squares; place -= 1) {
      distances[place] = distances[place - 1]!;
      rows[place] = rows[place - 1]!;
    }
    distances[place] = squares;
    rows[place] = neighbour;
  }
}
