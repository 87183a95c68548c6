import type { OptimizedFile } from '../../../supply/models/index.ts';
import { table } from '../output.ts';

type Report = Omit<OptimizedFile, 'passing'>;

/** The outcome of a search for a person at a terminal. */
export function showOptimized(report: Report, files: readonly string[]): string {
  const { model, profile, samples, chosen, engines } = report;
  const rows = [
    ...(samples.given > 0 ? [`${samples.given} given`] : []),
    ...(samples.generated > 0 ? [`${samples.generated} made up`] : []),
  ];
  return [
    `${model.name} for ${profile}: ${bytesText(model.sizeBytes)}, ${model.families.join(' and ') || 'no recipe applies'}`,
    ...model.changes.map((change) => `  changed: ${change}`),
    `judged on ${rows.join(' and ')} rows; runs on ${engines.map(engineText).join(' and ')}`,
    '',
    table(
      ['recipe', 'bytes', 'brotli', 'deflate', 'agreement', 'max diff', 'node', 'wasm', 'verdict'],
      report.trials.map((trial) => [
        trial.recipe,
        trial.bytes,
        trial.wire.brotli,
        trial.wire.deflate,
        trial.agreement === null ? '–' : `${(100 * trial.agreement).toFixed(2)} %`,
        trial.maxDiff === null ? '–' : trial.maxDiff.toExponential(1),
        ratioText(trial.latency.node),
        ratioText(trial.latency.wasm),
        trial.recipe === chosen?.recipe ? 'chosen' : trial.verdict,
      ]),
    ),
    '',
    ...report.trials
      .filter(({ verdict }) => verdict === 'refuse')
      .map(({ recipe, reason }) => `${recipe} refused: ${reason}`),
    ...outcomeText(report),
    ...engineTexts(report),
    ...expectedText(report),
    ...files.map((file) => `wrote ${file}`),
  ].join('\n');
}

function outcomeText({ outcome, reason, chosen }: Report): string[] {
  if (chosen === null) return [`refused: ${reason}`];
  const { final } = chosen;
  const metric = final.metric;
  const said = outcome === 'unchanged' ? [] : reason.split('; ').map((note) => `  ${note}`);
  return [
    outcome === 'unchanged' ? `passes unchanged: ${reason}` : `chosen: ${chosen.recipe} (SHA-256 ${chosen.sha256})`,
    ...said,
    `on ${final.compared} ${final.of} that took no part: agreement ${(100 * final.agreement).toFixed(2)} %, largest difference ${final.maxDiff.toExponential(1)}, calibration shift ${final.calibrationShift.toExponential(1)}` +
      (metric === undefined ? '' : `, ${metric.name} ${metric.reference.toFixed(4)} → ${metric.candidate.toFixed(4)}`),
  ];
}

/** Where the two runtimes part, and by how much they differ where both run. */
function engineTexts({ apart, without }: Report): string[] {
  const missing = Object.entries(without).map(
    ([engine, why]) => `not on ${engineText(engine as 'node' | 'wasm')}: ${why}`,
  );
  if (apart === null) return missing;
  return [...missing, `the two runtimes differ by at most ${apart.maxDiff.toExponential(1)} on the model as it came`];
}

function expectedText({ samples: { expected } }: Report): string[] {
  if (expected === null) return [];
  const { plain, chosen, runs } = expected;
  const say = (what: string, one: typeof plain) =>
    `${what} ${one.equal ? 'equal' : 'differ'}${one.maxDiff === null ? '' : ` (largest difference ${one.maxDiff.toExponential(1)})`}`;
  return [
    `given outputs of ${runs} runs: ${say('as it came they', plain)}${chosen === null ? '' : `; ${say('as chosen they', chosen)}`}`,
  ];
}

/** Against the model as it came, in pairs. */
function ratioText(latency: { ratio: number; low: number; high: number } | null): string {
  return latency === null
    ? '–'
    : `${latency.ratio.toFixed(2)} × (${latency.low.toFixed(2)}–${latency.high.toFixed(2)})`;
}

function engineText(engine: 'node' | 'wasm'): string {
  return engine === 'node' ? 'onnxruntime-node' : 'onnxruntime-web';
}

function bytesText(bytes: number): string {
  return bytes < 10_000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(0)} KB`;
}
