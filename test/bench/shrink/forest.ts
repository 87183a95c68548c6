import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkbench } from '../../../fleet-server/src/workbench.ts';
import { openArtifactFiles } from '../../../fleet-server/src/platform/adapters/index.ts';
import { generateDataset } from '../../../fleet-server/src/entry/demo/generator/index.ts';
import { inputsOf, LATE, OUTPUT, referenceOf, rowsOf } from '../../../fleet-server/src/learning/pipelines/index.ts';
import { buildMatrix, encodeTable, fitColumns, fitForest } from '../../../fleet-server/src/learning/training/index.ts';
import { makeDevelopmentKeys, openDesk } from '../../../fleet-server/src/supply/keys/index.ts';
import {
  intakeModel,
  optimizeModel,
  sealVariants,
  type OptimizedModel,
} from '../../../fleet-server/src/supply/models/index.ts';
import { exportModel, exportTreesAsV3, type TreesModel } from '../../../fleet-server/src/supply/onnx/index.ts';
import type { LoneFigure } from '../measure/figure.ts';

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
  const from = `${asConverted.length.toLocaleString('en')} bytes as Python's converters write it`;
  yield lone(
    'forest, lossless model.onnx',
    'bytes',
    plainest,
    `from ${from}; budget ≤ 1,100,000: ${fate(plainest <= 1.1 * MB)}`,
  );
  yield lone(
    'forest, bundle on the wire',
    'bytes',
    bundle,
    `${chosen?.recipe}; budget ≤ 450,000: ${fate(bundle <= 0.45 * MB)}`,
  );
  const drop = 100 * (chosen?.metric?.drop ?? NaN);
  yield lone(
    'forest, points of ROC AUC lost',
    '%',
    drop,
    `of ${((chosen?.metric?.reference ?? NaN) * 100).toFixed(2)}; budget ≤ 0.2: ${fate(drop <= 0.2)}`,
  );
  for (const [what, { seconds }] of [
    ['our export', ours],
    ["converters' file", theirs],
  ] as const) {
    yield lone(
      `forest, optimize from ${what}`,
      's',
      seconds,
      `all encodings, both runtimes; budget ≤ 60: ${fate(seconds <= 60)}`,
    );
  }
  for (const row of ours.optimized.trials) {
    const { node, wasm } = ours.optimized.measured.trials[row.recipe] ?? {};
    const say = (on: typeof node) => (on?.latency === undefined ? 'float' : `${on.latency.ratio.toFixed(2)} ×`);
    const wire = `brotli ${row.wire.brotli.toLocaleString('en')}, agreement ${(100 * (row.agreement ?? NaN)).toFixed(2)} %`;
    yield lone(
      `forest, ${row.recipe}`,
      'bytes',
      row.bytes,
      `${wire}, node ${say(node)}, wasm ${say(wasm)}: ${row.verdict}`,
    );
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

function lone(name: string, unit: LoneFigure['unit'], ours: number, reason: string): LoneFigure {
  return { name, unit, ours, reason };
}

function fate(kept: boolean): string {
  return kept ? 'kept' : 'MISSED';
}
