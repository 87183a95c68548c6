import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { assessDrift, emptyWindow, binsOf, observe, scaleOfScores } from '@plumbline/shared/drift';
import { featuresOf, openBundle } from '@plumbline/shared/manifest';
import { valuesOf } from '@plumbline/shared/predict';
import { addMetadataSignatures, lineRole, sha256Hex } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInference } from '../../agent/src/node/models/engine.ts';
import { loadModel } from '../../agent/src/predict/load.ts';
import { createPredictor } from '../../agent/src/predict/predictor.ts';
import { slotPath } from '../../agent/src/store/keys.ts';
import { writeSlot } from '../../agent/src/store/slot-files.ts';
import { createMemoryFiles } from '../../agent/src/testing/memory-files.ts';
import type { Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { cardMarkdown, dayReportOf } from '../../fleet-server/src/learning/experiments/index.ts';
import { createRandom } from '../../fleet-server/src/learning/learners/index.ts';
import {
  importModel,
  mappingOf,
  recordOf,
  releaseModel,
  trainDelayModel,
  type Release,
  type TrainedDelayModel,
} from '../../fleet-server/src/learning/pipelines/index.ts';
import { retrain } from '../../fleet-server/src/learning/retraining/index.ts';
import { createScorerPool, predict } from '../../fleet-server/src/learning/scoring/index.ts';
import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';
import { approveModel, findPending, getModel } from '../../fleet-server/src/supply/models/index.ts';
import { exportModel } from '../../fleet-server/src/supply/onnx/index.ts';
import { openRooms, type Rooms } from './rooms.ts';

const START = Date.UTC(2026, 0, 1);
const OPTIONS = { seed: 1, workers: 0, folds: 3, gatePermutations: 9 };

/** Delay days that two of the numbers tell; rows of seven projects. */
function delays(rows: number, seed: number): Dataset {
  const dataset = generateDataset({ seed, rows, signal: 1, groups: 40, split: 'group' });
  const random = createRandom(seed);
  const examples = dataset.examples.map((example) => {
    const { n0, n1 } = example.values;
    return { ...example, delayDays: 20 + 10 * (Number(n0 ?? 0) - Number(n1 ?? 0)) + 10 * (random.unit() - 0.5) };
  });
  return { ...dataset, examples };
}

let rooms: Rooms;
let trained: TrainedDelayModel;
let release: Release;

beforeAll(async () => {
  rooms = await openRooms(START);
  trained = await trainDelayModel(delays(240, 1), {
    ...OPTIONS,
    algorithms: ['linear-regression'],
    grid: { 'linear-regression': [{ alpha: 0.1 }] },
    holdout: 0.2,
  });
  release = await releaseModel(rooms, 'user:ana', 'delay', trained);
});
afterAll(() => rooms[Symbol.asyncDispose]());

async function bundleOf(of: Release) {
  const archive = await rooms.artifacts.get(of.variants[0]!.archive);
  return { archive, bundle: await openBundle(archive, async (bytes) => sha256Hex(bytes)) };
}

describe('a regression of delay days', () => {
  it('becomes a bundle that says days, with golden rows, bins of its own values and a card in days', async () => {
    expect(trained.gate.verdict).toBe('pass');
    const { bundle } = await bundleOf(release);
    expect(bundle.manifest.output).toEqual({ kind: 'value', value: 'value', unit: 'days' });
    expect(bundle.manifest.parts).toMatchObject({ golden: 'generated', reference: 'given' });
    expect(bundle.golden!.rows.some(({ score }) => score > 1)).toBe(true);
    const { score, scoreEdges, baseRate } = bundle.reference!;
    expect(scoreEdges!.length).toBeGreaterThan(10);
    // Equal shares by construction: no bin holds nearly all, as the one for 1 and above would.
    expect(Math.max(...score)).toBeLessThan(0.2 * bundle.reference!.rows);
    expect(baseRate).toBeUndefined();
    const { card } = await getModel(rooms.database.db, 'delay', '1.0.0');
    expect(card['modelCard']).toMatchObject({
      days: { loss: 'mean absolute error' },
      crossValidated: { mae: { value: expect.any(Number) as number }, rmse: {}, r2: {} },
      holdout: { mae: {} },
      baseline: { mae: expect.any(Number) as number },
      calibration: null,
      confusion: null,
    });
  });

  it('has a report in days, without a drawing of chances', async () => {
    const { drawings, card } = await dayReportOf(trained);
    expect(drawings.map(({ name }) => name)).toEqual(['accuracy', 'days', 'importance']);
    for (const { svg } of drawings) expect(svg).not.toMatch(/NaN|undefined/);
    const text = cardMarkdown(card, { name: 'delay', state: 'not registered' });
    expect(text).toContain('mean absolute error, days');
    expect(text).not.toMatch(/Brier|Label 1|NaN|undefined/);
  });

  it.each(['onnxruntime-node', 'onnxruntime-web'] as const)('is answered in days by an agent on %s', async (engine) => {
    const { archive, bundle } = await bundleOf(release);
    const files = createMemoryFiles();
    await writeSlot(files, slotPath('delay', 'A'), archive);
    const ports = { files, inference: createInference(engine), crypto: createMemoryCrypto(createSeededRandom(1)) };
    const predictor = createPredictor({ clock: createVirtualClock() });
    predictor.swap(
      await loadModel(ports, 'delay', 'A', { sha256: sha256Hex(archive), version: '1.0.0', counter: release.counter }),
    );
    const live = delays(200, 2).examples;
    const said = await predictor.predict(live.map(recordOf), { reasons: true });
    expect(said[0]).toMatchObject({ unit: 'days', reasons: expect.any(Array) as [] });
    expect(said[0]).not.toHaveProperty('label');
    expect(said[0]).not.toHaveProperty('probabilities');
    const misses = said.map(({ score }, row) => Math.abs(score - live[row]!.delayDays!));
    expect(misses.reduce((sum, miss) => sum + miss, 0) / misses.length).toBeLessThan(6);
    for (const [row, { record, score }] of bundle.golden!.rows.slice(0, 3).entries()) {
      const [again] = await predictor.predict([record]);
      expect(again!.score, `golden row ${row}`).toBeCloseTo(score, 3);
    }
    await predictor.close();

    // Windows of the same stream stay silent, and one whose delays doubled does not.
    const { reference, manifest } = bundle;
    const alarmOf = (change: (days: number) => number) => {
      const window = emptyWindow('delay', 'x', binsOf(reference!), 0, 1);
      said.forEach(({ score }, row) => {
        const values = valuesOf(featuresOf(manifest), recordOf(live[row]!));
        observe(window, binsOf(reference!), values, change(score), scaleOfScores('value', reference));
      });
      return assessDrift(reference!, window);
    };
    expect(alarmOf((days) => days).alarm).toBe(false);
    expect(alarmOf((days) => days + 20).sentence).toContain('(score) has moved');
  });

  it('is answered in days by the server, once it is signed', async () => {
    const draft = (await findPending(rooms.database.db, 'delay', release.document))!;
    const bytes = await addMetadataSignatures(draft.bytes, [rooms.approver], lineRole('delay'));
    await approveModel(rooms, 'user:ana', { line: 'delay', document: release.document, signature: { bytes } });
    const pool = createScorerPool(rooms);
    const [example] = delays(1, 3).examples;
    const asked = { values: example!.values, ref: 'p-1' };
    const order = { model: { line: 'delay' }, records: [asked], reasons: 0 };
    const { predictions } = await predict({ ...rooms, pool }, 'user:ana', order);
    expect(predictions[0]).toMatchObject({ unit: 'days', ref: 'p-1' });
    expect(Math.abs(predictions[0]!.score - example!.delayDays!)).toBeLessThan(30);
    await pool.close();
  });

  it('is not retrained as if it were chances', async () => {
    const champion = await getModel(rooms.database.db, 'delay', '1.0.0');
    const input = { line: 'delay', trigger: 'age', dataset: delays(60, 1), champion, championTrainedAt: 0 };
    await expect(retrain(rooms, 'user:ana', { ...input, options: { seed: 1 } })).rejects.toMatchObject({
      code: 'answer_not_learned',
      field: 'line',
    });
  });

  it('is judged by days when it is imported: what is not better, rows without a delay and a classifier are refused', async () => {
    const bytes = exportModel(trained.result.model);
    const mapping = mappingOf('line-1', trained);
    const fresh = delays(120, 4);
    const imported = await importModel(rooms, 'user:ana', { mapping, bytes, dataset: fresh });
    expect(imported).toMatchObject({ version: '1.0.0', gate: { verdict: 'pass', days: { r2: expect.any(Number) } } });
    const take = (change: object) => importModel(rooms, 'user:ana', { mapping, bytes, dataset: fresh, ...change });
    const delayOf = (row: number) => fresh.examples[(row * 7 + 11) % fresh.examples.length]!.delayDays!;
    const dealt = fresh.examples.map((example, row) => ({ ...example, delayDays: delayOf(row) }));
    await expect(take({ dataset: { ...fresh, examples: dealt } })).rejects.toMatchObject({ code: 'gate_refused' });
    const dataset = generateDataset({ seed: 4, rows: 120, signal: 1 });
    await expect(take({ dataset })).rejects.toMatchObject({ code: 'no_targets', field: 'delay' });
    const classes = { kind: 'classes', probabilities: 'value', classes: ['0', '1'], positive: '1' };
    await expect(take({ mapping: { ...mapping, output: classes } })).rejects.toMatchObject({
      code: 'model_trial_failed',
    });
  });
});
