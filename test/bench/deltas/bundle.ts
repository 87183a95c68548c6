import { canonicalBytes, createSeal, createSigner, sha256Hex } from '@plumbline/shared/trust';
import { packArchive, type BundleFiles, type Golden, type Manifest } from '@plumbline/shared/manifest';
import { summary, type Dataset } from '../../../fleet-server/src/learning/datasets/index.ts';
import { inputsOf, OUTPUT, referenceOf } from '../../../fleet-server/src/learning/pipelines/index.ts';
import { type TrainingResult } from '../../../fleet-server/src/learning/training/index.ts';
import { syntheticRecords } from '../../../fleet-server/src/supply/models/intake/golden.ts';
import { exportModel, inspectModel, type FittedModel } from '../../../fleet-server/src/supply/onnx/index.ts';
import { buildMatrix, encodeTable, probabilitiesOf } from '../../../fleet-server/src/learning/learners/index.ts';

/** One version of a line, as a device would be sent it. */
export interface Version {
  name: string;
  model: FittedModel;
  /** The graph: TreeEnsemble version 5 with shared leaves, or a Gemm. */
  graph: Uint8Array;
  /** The whole bundle, uncompressed: what a payload holds. */
  archive: Uint8Array;
  /** The bundle without the graph. */
  rest: Uint8Array;
}

const builder = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(7) });
const GOLDEN_ROWS = 24;
const ENCODER = new TextEncoder();

/** Packs what a training came to with the same files that a release has: card, golden rows, reference, seal. */
export async function versionOf(
  name: string,
  dataset: Dataset,
  result: TrainingResult,
  model: FittedModel = result.model,
): Promise<Version> {
  const graph = exportModel(model);
  const inputs = inputsOf(model, dataset.features);
  const reference = referenceOf(dataset, { model });
  const records = syntheticRecords(inputs, reference, { count: GOLDEN_ROWS, seed: 1, asOf: 0 });
  const asked = records.map(({ values }) => ({ ...dataset.examples[0]!, values }));
  const rows = Int32Array.from(asked.keys());
  const scores = probabilitiesOf(model, buildMatrix(encodeTable(asked, dataset.features), model.columns, rows));
  const golden: Golden = {
    v: 1,
    tolerance: 1e-4,
    rows: records.map((record, row) => ({ record, score: scores[row] ?? 0 })),
  };
  const { opsets, operators } = inspectModel(graph);
  const manifest: Manifest = {
    kind: 'model',
    v: 1,
    line: 'delay',
    version: name,
    variant: 'lossless',
    algorithm: result.algorithm,
    target: dataset.target,
    inputs,
    output: OUTPUT,
    model: { sha256: sha256Hex(graph), sizeBytes: graph.length },
    needs: { opsets, operators: Object.keys(operators), derivations: [] },
    parts: { golden: 'generated', reference: 'given', reasons: 'generated' },
  };
  const { settings, chosen, table, parameters, recalibration } = result;
  const { name: data, version, reader, sources } = dataset;
  const files: BundleFiles = {
    'manifest.json': canonicalBytes(manifest),
    'golden.json': canonicalBytes(golden),
    'reference.json': canonicalBytes(reference),
    // Through JSON as a card is stored; what canonical bytes refuse does not occur in it then.
    'card.json': ENCODER.encode(
      JSON.stringify({
        origin: 'trained',
        dataset: { name: data, version, reader, sources, summary: summary(dataset) },
        search: { ...settings, chosen, table },
        parameters,
        recalibration,
      }),
    ),
  };
  const digests = Object.entries({ ...files, 'model.onnx': graph }).map(([file, bytes]) => [file, sha256Hex(bytes)]);
  files['model.sig'] = await createSeal(`delay@${name}/lossless`, Object.fromEntries(digests), builder);
  return { name, model, graph, archive: packArchive({ ...files, 'model.onnx': graph }), rest: packArchive(files) };
}
