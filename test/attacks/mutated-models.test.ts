import { expect, it } from 'vitest';
import { startModelStorm, tallyLines } from './models/storm.ts';

const SEED = 1;
const COUNT = 2_000;
const TRIALS = 60;
const MAX_HEAP_GROWTH_BYTES = 32 * 2 ** 20;
/** Garbage of decoding files of up to 400 KB, before V8 thinks of collecting it. */
const MAX_RESIDENT_GROWTH_BYTES = 512 * 2 ** 20;

it('mutated models are refused by code and field or run where they can do no harm, and the caller goes on', async () => {
  await using storm = startModelStorm(SEED);
  const report = await storm.blow(0, COUNT, TRIALS);
  console.log(`${COUNT} mutants of seed ${SEED}:\n${tallyLines(report.tally)}`);
  expect(report.failures).toEqual([]);
  expect([...report.tally.values()].reduce((sum, times) => sum + times, 0)).toBe(COUNT);
  // A storm in which nothing is refused, or nothing comes through, would prove nothing.
  const met = ['onnx_not_a_model', 'onnx_graph_invalid', 'onnx_tensor_invalid', 'ran', 'load or run failed'];
  expect([...report.tally.keys()]).toEqual(expect.arrayContaining(met));
  expect(report.turnsPerTrial).toBeGreaterThan(0);
  expect(report.heapGrowthBytes).toBeLessThan(MAX_HEAP_GROWTH_BYTES);
  expect(report.residentGrowthBytes).toBeLessThan(MAX_RESIDENT_GROWTH_BYTES);
}, 300_000);
