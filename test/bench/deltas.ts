import { contrivedLines, generatedLines, realDataAbsent, realLines, type Line } from './deltas/lines.ts';
import { METHODS, wholesOf } from './deltas/methods.ts';
import { figureOf, type Figure } from './measure/figure.ts';
import { median, type Pair } from './measure/pairs.ts';

/**
 * A delta costs a base that a device may not hold, a second decoder on it, and more states of an update. It pays when
 * the base saves this share of the median payload on the product's own retraining, beside the smallest payload that
 * the same decoder could be sent without a base.
 */
const WORTH_IT = 0.3;

/**
 * Whether sending what changed beats sending the whole: bundles of successive versions of a line. Every delta is undone
 * and compared. The figures are exact bytes of files that are the same in every run.
 */
export async function* deltas(): AsyncGenerator<Figure> {
  if (realDataAbsent !== undefined) console.log(`  no verdict: ${realDataAbsent}`);
  const real = realDataAbsent === undefined ? await realLines() : [];
  const verdicts: string[] = [];
  for (const line of [...real, ...generatedLines(), ...contrivedLines()]) {
    const figures = await measure(line);
    yield* figures;
    if (line.real) verdicts.push(verdictOf(line, figures));
  }
  for (const verdict of verdicts) console.log(`  ${verdict}`);
}

const AGAINST = { brotli: 'whole, brotli', deflate: 'whole, deflate', streams: 'streams, no base' };

async function measure(line: Line): Promise<Figure[]> {
  const versions = await line.versions();
  const steps = versions.slice(1).map((next, index) => ({ next, last: versions[index]!, wholes: wholesOf(next) }));
  const shapes = new Set(
    versions.map(({ model }) => (model.kind === 'trees' ? `${model.trees.length} trees` : 'linear')),
  );
  const sizes = (['graph', 'archive', 'rest'] as const).map((part) => median(versions.map((one) => one[part].length)));
  console.log(
    `  ${line.name}: ${versions.length} versions (${[...shapes].join(', ')}), medians in bytes: ` +
      `graph ${sizes[0]}, bundle ${sizes[1]}, without its graph ${sizes[2]}`,
  );
  const rewritten = steps.flatMap(({ wholes: { brotli, streams } }): Pair[] =>
    streams === undefined ? [] : [{ ours: streams, bare: brotli }],
  );
  const figures = METHODS.flatMap(({ name, against, sizeOf }) => {
    const pairs = steps.flatMap(({ next, last, wholes }): Pair[] => {
      const [ours, bare] = [sizeOf(next, last), wholes[against]];
      return ours === undefined || bare === undefined ? [] : [{ ours, bare }];
    });
    return pairs.length === 0 ? [] : [compared(name, AGAINST[against], pairs)];
  });
  const noDelta = rewritten.length === 0 ? [] : [compared(NO_BASE, AGAINST.brotli, rewritten)];
  return [...figures, ...noDelta];
}

/** No delta: what there is to gain without one. */
const NO_BASE = 'trees as streams, no base';

function compared(name: string, against: string, pairs: Pair[]): Figure {
  return figureOf({ name, unit: 'bytes', against, by: 'ratio' }, pairs);
}

function verdictOf(line: Line, figures: Figure[]): string {
  const saved = figures
    .filter(({ name }) => name !== NO_BASE)
    .map(({ name, ours, bare }) => ({ name, bytes: bare - ours, share: 1 - ours / bare }));
  const best = saved.toSorted((a, b) => b.share - a.share)[0]!;
  const amount = `${(100 * best.share).toFixed(1)} % of the median payload, ${Math.round(best.bytes)} bytes`;
  return `${line.name}: a base saves ${amount} (${best.name}): ${best.share >= WORTH_IT ? 'pays' : 'does not pay'}`;
}
