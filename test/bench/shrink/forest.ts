import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkbench } from '../../../fleet-server/src/workbench.ts';
import { openArtifactFiles } from '../../../fleet-server/src/platform/adapters/index.ts';
import { generateDataset } from '../../../fleet-server/src/entry/demo/generator/index.ts';
import { inputsOf, LATE, OUTPUT, referenceOf, rowsOf } from '../../../fleet-server/src/learning/pipelines/index.ts';
import { makeDevelopmentKeys, openDesk } from '../../../fleet-server/src/supply/keys/index.ts';
import {
  intakeModel,
  optimizeModel,
  sealVariants,
  type OptimizedModel,
} from '../../../fleet-server/src/supply/models/index.ts';
import { exportModel, exportTreesAsV3, type TreesModel } from '../../../fleet-server/src/supply/onnx/index.ts';
import { loneFigure, type Budget, type LoneFigure } from '../measure/figure.ts';
import { buildMatrix, encodeTable, fitColumns, fitForest } from '../../../fleet-server/src/learning/learners/index.ts';

const FOREST = { trees: 100, depth: 12, minRows: 1 };
const PROFILE = 'linux-x64-gateway';
const MB = 1e6;

/** Three rows of four. */
function isLearned(_: unknown, row: number): boolean {
  return row % 4 !== 0;
}

/** 100 trees of depth 12 on generated activities, three quarters of them to learn from: the rest judges. */
export async function* forestFigures(): AsyncGenerator<LoneFigure> {
  const dataset = generateDataset({ seed: 7, sites: 20, firstYear: 2015, lastYear: 2022 });
  const { examples, features, target } = dataset;
  const learned = Int32Array.from(examples.keys()).filter(isLearned);
  const table = encodeTable(examples, features);
  const model = fitForest(buildMatrix(table, fitColumns(table, learned, {}), learned), FOREST, 1);
  const asConverted = exportTreesAsV3(model);
  const bytes = exportModel(model);
  console.log(`  forest: ${aboutForest(model)}, learned from ${learned.length} rows`);

  await using bench = openWorkbench();
  const held = { ...dataset, examples: examples.filter((one, row) => !isLearned(one, row)) };
  const intake = {
    line: 'delay',
    target,
    algorithm: 'forest',
    inputs: inputsOf(model, features),
    output: OUTPUT,
    reference: referenceOf(dataset, { model }),
    card: {},
  };
  const search = async (from: Uint8Array) => {
    const accepted = await intakeModel(bench, { ...intake, bytes: from }, 0);
    const startedAt = performance.now();
    const optimized = await optimizeModel(bench, accepted, { rows: rowsOf(held), metric: LATE, profiles: [PROFILE] });
    return { optimized, seconds: (performance.now() - startedAt) / 1000 };
  };
  const ours = await search(bytes);
  const theirs = await search(asConverted);

  const lossless = ours.optimized.trials.filter((one) => one.lossless && one.verdict === 'pass');
  const plainest = Math.min(...lossless.map((one) => one.bytes));
  const bundle = await bundleOf(ours.optimized);
  const chosen = ours.optimized.trials.find(({ chosenFor }) => chosenFor.length > 0);
  const drop = 100 * (chosen?.metric?.drop ?? NaN);
  yield loneFigure({
    name: 'forest, lossless model.onnx',
    unit: 'bytes',
    ours: plainest,
    reason: `from ${asConverted.length.toLocaleString('en')} bytes as Python's converters write it`,
    ...atMost(1.1 * MB),
  });
  yield loneFigure({
    name: 'forest, bundle on the wire',
    unit: 'bytes',
    ours: bundle,
    reason: `${chosen?.recipe} with manifest, reference, golden rows, card and seal, as brotli`,
    ...atMost(0.45 * MB),
  });
  yield loneFigure({
    name: 'forest, points of ROC AUC lost',
    unit: '%',
    ours: drop,
    reason: `by ${chosen?.recipe}, of ${((chosen?.metric?.reference ?? NaN) * 100).toFixed(2)}`,
    ...atMost(0.2),
  });
  for (const [what, { seconds }] of [
    ['our export', ours],
    ["converters' file", theirs],
  ] as const) {
    const name = `forest, optimize from ${what}`;
    yield loneFigure({ name, unit: 's', ours: seconds, reason: 'every encoding on both runtimes', ...atMost(60) });
  }
  for (const row of ours.optimized.trials) {
    const { node, wasm } = ours.optimized.measured.trials[row.recipe] ?? {};
    const say = (on: typeof node) => (on?.latency === undefined ? 'float' : `${on.latency.ratio.toFixed(2)} ×`);
    const wire = `brotli ${row.wire.brotli.toLocaleString('en')}, agreement ${(100 * (row.agreement ?? NaN)).toFixed(2)} %`;
    const reason = `${wire}, latency node ${say(node)}, wasm ${say(wasm)}: ${row.verdict}`;
    yield loneFigure({ name: `forest, ${row.recipe}`, unit: 'bytes', ours: row.bytes, reason });
  }
}

/** The smallest payload of the bundle that a gateway gets: model, manifest, reference, golden rows, card and seal. */
async function bundleOf(optimized: OptimizedModel): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-shrink-'));
  try {
    await makeDevelopmentKeys(join(folder, 'keys'), Date.now());
    const desk = await openDesk(join(folder, 'keys'));
    const artifacts = await openArtifactFiles(join(folder, 'artifacts'));
    const [sealed] = await sealVariants({ artifacts, builder: desk.builder }, optimized, '1.0.0');
    await desk.close();
    return Math.min(...(sealed?.payloads ?? []).map(({ length }) => length));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function aboutForest({ trees }: TreesModel): string {
  return `${trees.length} trees, ${trees.reduce((sum, tree) => sum + tree.feature.length, 0).toLocaleString('en')} nodes`;
}

function atMost(limit: number): { budget: Budget } {
  return { budget: { rule: 'at most', limit } };
}
