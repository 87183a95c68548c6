import { createSeededRandom } from '@plumbline/shared/testing';
import { datasetVersion, type Dataset, type Example } from '../../fleet-server/src/learning/datasets/index.ts';

/** Deals the labels anew over the rows: whatever a model then finds is luck. */
export function shuffleLabels(dataset: Dataset, seed: number): Dataset {
  const order = permutation(dataset.examples.length, seed);
  return withExamples(
    dataset,
    dataset.examples.map((example, row) => ({ ...example, label: dataset.examples[order[row] ?? row]?.label ?? 0 })),
  );
}

/** Deals the times (start, due, known, together) anew over the rows: nothing changes over the years any more. */
export function shuffleTimes(dataset: Dataset, seed: number): Dataset {
  const order = permutation(dataset.examples.length, seed);
  const examples = dataset.examples.map((example, row): Example => {
    const { startAt, dueAt, knownAt } = dataset.examples[order[row] ?? row] ?? example;
    return { ...example, startAt, dueAt, knownAt };
  });
  return withExamples(
    dataset,
    examples.toSorted((a, b) => a.startAt - b.startAt || (a.ref < b.ref ? -1 : 1)),
  );
}

/** `count` rows drawn without replacement, in their order. */
export function sampleRows(dataset: Dataset, count: number, seed: number): Dataset {
  const drawn = new Set(permutation(dataset.examples.length, seed).slice(0, count));
  return withExamples(
    dataset,
    dataset.examples.filter((_, row) => drawn.has(row)),
  );
}

export function withExamples(dataset: Dataset, examples: Example[]): Dataset {
  const changed = { ...dataset, examples };
  return { ...changed, version: datasetVersion(changed) };
}

/** Fisher–Yates. */
function permutation(length: number, seed: number): number[] {
  const { next } = createSeededRandom(seed);
  const order = Array.from({ length }, (_, i) => i);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
}
