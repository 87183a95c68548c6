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
import { loneFigure, type LoneFigure } from '../measure/figure.ts';
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
  const reason = `${trials.length} encodings on ${engines.join(' and ')}`;
  yield loneFigure({ name: 'dense, optimize', unit: 's', ours: seconds, reason });
  for (const trial of trials) {
    yield loneFigure({ name: `dense, ${trial.recipe}`, unit: 'bytes', ours: trial.bytes, reason: aboutTrial(trial) });
  }
  const best = trials.find(({ recipe }) => recipe === chosen?.recipe);
  if (best !== undefined) yield* budgetsOf(best, bytes.length);
}

/** The budgets are those of the encoding that devices get. */
function* budgetsOf({ recipe, bytes, agreement, latency }: FileTrial, floatBytes: number): Generator<LoneFigure> {
  const smaller = { name: `dense, ${recipe}: float ÷ its size`, unit: '', ours: floatBytes / bytes } as const;
  yield loneFigure({ ...smaller, reason: 'model.onnx', budget: { rule: 'at least', limit: 3.5 } });
  const same = { name: `dense, ${recipe}: agreement`, unit: '%', ours: 100 * (agreement ?? NaN) } as const;
  yield loneFigure({ ...same, reason: 'with float, on held-out rows', budget: { rule: 'at least', limit: 99 } });
  for (const engine of ['node', 'wasm'] as const) {
    const low = latency[engine]?.low ?? NaN;
    const name = `dense, ${recipe}: one row on ${engine} ÷ float`;
    const reason = `lower end of the interval; ${latencyText(latency[engine])}`;
    yield loneFigure({ name, unit: '', ours: low, reason, budget: { rule: 'at most', limit: 1.1 } });
  }
}

function aboutTrial({ wire, agreement, latency, verdict, reason }: FileTrial): string {
  const size = `brotli ${wire.brotli.toLocaleString('en')}, agreement ${(100 * (agreement ?? NaN)).toFixed(2)} %`;
  const times = `node ${latencyText(latency.node)}, wasm ${latencyText(latency.wasm)}`;
  return `${size}, ${times}: ${verdict === 'pass' ? 'pass' : reason}`;
}

function latencyText(latency: FileTrial['latency']['node']): string {
  if (latency === null) return 'not measured';
  const { us, ratio, low, high } = latency;
  return `${us.toFixed(0)} µs, ${ratio.toFixed(2)} × (${low.toFixed(2)} to ${high.toFixed(2)})`;
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
