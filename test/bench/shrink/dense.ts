import { resolveProfile } from '@plumbline/firmware-profiles';
import { rocAuc } from '../../../fleet-server/src/learning/training/index.ts';
import {
  optimizeFile,
  type FileTrial,
  type Metric,
  type SampleSet,
} from '../../../fleet-server/src/supply/models/index.ts';
import { openWorkbench } from '../../../fleet-server/src/workbench.ts';
import { makeClassification, type Classification } from '../material/classification.ts';
import type { LoneFigure } from '../measure/figure.ts';
import { denseModel, trainDenseNet } from './dense-net.ts';

const WIDTHS = [20, 512, 512, 1];
const LEARNED = 2048;
const HELD = 4096;
const ROWS_PER_RUN = 128;

/** A net of 20-512-512-1 as PyTorch writes it, for a gateway and for a tablet. */
export async function* denseFigures(): AsyncGenerator<LoneFigure> {
  const bytes = denseModel(trainDenseNet(makeClassification(3, LEARNED, 20, 5), WIDTHS, 2, 1));
  console.log(`  dense: ${WIDTHS.join('-')}, ${bytes.length.toLocaleString('en')} bytes of float32`);
  await using bench = openWorkbench();
  const samples = samplesOf(makeClassification(4, HELD, 20, 5));
  const metric: Metric = {
    name: 'ROC AUC',
    of: (scores, _classes, labels) => rocAuc(Uint8Array.from(labels, Number), scores),
    higherIsBetter: true,
  };
  const startedAt = performance.now();
  const profile = resolveProfile('linux-x64-gateway');
  const { trials, chosen, engines } = await optimizeFile(
    bench,
    { name: 'dense', bytes },
    { profile, samples, metric, seed: 1 },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  yield {
    name: 'dense, optimize',
    unit: 's',
    ours: seconds,
    reason: `${trials.length} encodings on ${engines.join(' and ')}`,
  };
  for (const trial of trials) yield* figuresOf(trial, bytes.length, trial.recipe === chosen?.recipe);
}

function* figuresOf(trial: FileTrial, floatBytes: number, isChosen: boolean): Generator<LoneFigure> {
  const { recipe, bytes, wire, agreement = NaN, verdict, reason } = trial;
  const smaller = floatBytes / bytes;
  const isInt8 = recipe.startsWith('dense-int8');
  const size = `${smaller.toFixed(2)} × smaller${isInt8 ? ` (budget ≥ 3.5: ${fate(smaller >= 3.5)})` : ''}`;
  const same = `agreement ${(100 * agreement).toFixed(2)} %${isInt8 ? ` (budget ≥ 99: ${fate(agreement >= 0.99)})` : ''}`;
  const became = isChosen ? 'chosen' : verdict === 'pass' ? 'passed' : `refused: ${reason}`;
  yield {
    name: `dense, ${recipe}`,
    unit: 'bytes',
    ours: bytes,
    reason: `${size}, brotli ${wire.brotli.toLocaleString('en')}, ${same}; ${became}`,
  };
  for (const engine of ['node', 'wasm'] as const) {
    const latency = trial.latency[engine];
    if (latency === null) continue;
    const against = `${latency.ratio.toFixed(2)} × float (${latency.low.toFixed(2)} to ${latency.high.toFixed(2)})`;
    const budget = isInt8 ? `; budget: interval not above 1.10 ×: ${fate(latency.low <= 1.1)}` : '';
    yield { name: `dense, ${recipe}, one row on ${engine}`, unit: 'µs', ours: latency.us, reason: against + budget };
  }
}

function samplesOf({ rows, columns, numbers, labels }: Classification): SampleSet {
  const starts = Array.from({ length: rows / ROWS_PER_RUN }, (_, run) => run * ROWS_PER_RUN);
  const valuesFrom = (start: number) =>
    new Float32Array(ROWS_PER_RUN * columns).map(
      (_, at) => numbers[(at % columns) * rows + start + Math.floor(at / columns)]!,
    );
  return {
    runs: starts.map((start) => [
      { name: 'x', dtype: 'float32', dims: [ROWS_PER_RUN, columns], data: valuesFrom(start) },
    ]),
    rows: starts.map(() => ROWS_PER_RUN),
    origins: starts.map(() => 'given'),
    labels: starts.map((start) => Array.from(labels.subarray(start, start + ROWS_PER_RUN), String)),
    given: rows,
    generated: 0,
    ignored: [],
  };
}

function fate(kept: boolean): string {
  return kept ? 'kept' : 'MISSED';
}
