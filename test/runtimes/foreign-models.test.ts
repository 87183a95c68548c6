import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolveProfile } from '@plumbline/firmware-profiles';
import { isCodedError } from '@plumbline/shared/errors';
import {
  loadSampleFiles,
  optimizeFile,
  readSamples,
  type OptimizedFile,
  type SampleSet,
} from '../../fleet-server/src/supply/models/index.ts';
import { foreignModels } from '../../fleet-server/src/supply/onnx/foreign-models.ts';
import { inspectModel } from '../../fleet-server/src/supply/onnx/index.ts';
import { openWorkbench } from '../../fleet-server/src/workbench.ts';

const { absent, names, read, folderOf } = foreignModels();
const profile = resolveProfile('linux-x64-gateway');
const bench = openWorkbench();
afterAll(() => bench[Symbol.asyncDispose]());

/**
 * One model in so many is optimized a second time: a search costs seconds, and it is one search for all. From the second
 * one on there are trees, a dense and a convolutional one among them, and none whose search takes longest.
 */
const TWICE = { oneIn: 4, from: 1 } as const;

/** The samples that lie beside a model, where its origin had some. */
async function samplesOf(name: string): Promise<SampleSet | undefined> {
  const folder = folderOf(name);
  const given = readdirSync(folder).filter((entry) => /\.npz$|^test_data_set_/.test(entry));
  if (given.length === 0) return undefined;
  const { inputs, outputs } = inspectModel(read(name));
  return readSamples(await loadSampleFiles(given.map((entry) => join(folder, entry))), inputs, { outputs });
}

async function optimize(name: string): Promise<OptimizedFile> {
  const samples = await samplesOf(name);
  return optimizeFile(bench, { name, bytes: read(name) }, { profile, seed: 1, ...(samples && { samples }) });
}

describe.skipIf(absent !== undefined)(`models made elsewhere${absent === undefined ? '' : ` (${absent})`}`, () => {
  it.each(names.filter((name) => name.startsWith('neg_')))('%s is refused by code', async (name) => {
    const refused = await optimize(name).catch((error: unknown) => error);
    expect(isCodedError(refused) && refused.kind !== 'internal').toBe(true);
  });

  it.each(
    names.filter((name) => !name.startsWith('neg_')).map((name, i) => [name, i % TWICE.oneIn === TWICE.from] as const),
  )(
    '%s is made smaller within every gate, or passes unchanged and says why; twice the same, if asked twice: %s',
    async (name, isAskedTwice) => {
      const found = await optimize(name);
      const { outcome, reason, chosen, trials, engines, without, samples } = found;
      expect(reason).not.toBe('');
      for (const engine of ['node', 'wasm'] as const) {
        expect(engines.includes(engine) ? undefined : without[engine]).not.toBe('');
        // Every gate of every encoding that ran is there, the passed ones too.
        for (const { gates, verdict } of trials.filter((one) => one.verdict === 'pass')) {
          expect(gates[engine]?.length ?? 0).toBeGreaterThan(engines.includes(engine) ? 5 : -1);
          expect(gates[engine]?.filter((gate) => gate.verdict === 'refuse') ?? []).toEqual([]);
          expect(verdict).toBe('pass');
        }
      }
      expect(outcome === 'refused').toBe(chosen === null);
      expect(outcome === 'refused' && engines.includes('node')).toBe(false);
      const least = Math.min(...trials.filter((one) => one.verdict === 'pass').map(({ wire }) => wire.brotli));
      expect(chosen?.wire.brotli ?? Infinity).toBe(least);
      // What loses nothing answers the samples of its origin as the original does.
      const lossless = trials.find(({ recipe }) => recipe === chosen?.recipe)?.lossless ?? false;
      expect(lossless && samples.expected?.chosen?.equal !== samples.expected?.plain.equal).toBe(false);
      const again = isAskedTwice && outcome === 'optimized' ? await optimize(name) : found;
      expect(again.chosen).toEqual(chosen);
      expect(again.trials.map(({ sha256 }) => sha256)).toEqual(trials.map(({ sha256 }) => sha256));
    },
  );
});
