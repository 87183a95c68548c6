import { buildReference } from '@plumbline/shared/drift';
import { openBundle, type ActivityRecord } from '@plumbline/shared/manifest';
import { shareableFeatures, valuesOf } from '@plumbline/shared/predict';
import { createVirtualClock } from '@plumbline/shared/testing';
import { sha256Hex, type DeviceSettings } from '@plumbline/shared/trust';
import { exampleRow, type Row } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import type { LoadedModel } from '../../predict/load.ts';
import { stored } from '../../store/json.ts';
import { createMemoryStore } from '../../testing/memory-store.ts';
import { mintRelease } from '../../testing/mint.ts';
import { createExamples, type Examples } from './examples.ts';

const DAY_MS = 86_400_000;
const JUNE = Date.UTC(2026, 5, 1);
const { manifest } = await openBundle((await mintRelease()).archive, async (bytes) => sha256Hex(bytes));
const [input] = manifest.inputs;
if (input?.kind !== 'columns') throw new Error('expected columns');
const [a, b] = input.features;
const trade = { name: 'trade', type: 'category', missing: 'accept', from: { column: 'trade' } } as const;
const model = {
  line: 'delay',
  version: '1.0.0',
  sha256: 'ab',
  counter: 1,
  manifest: { ...manifest, inputs: [{ ...input, features: [a!, b!, trade] }] },
  reference: {
    ...buildReference(
      [
        { type: 'number', name: 'a', edges: [0] },
        { type: 'category', name: 'trade', levels: ['steel'] },
      ],
      [],
      [],
    ),
    support: { a: { low: -1, high: 1 } },
  },
} as unknown as LoadedModel;
const record = (values: ActivityRecord['values']): ActivityRecord => ({ activity: 'slab', asOf: 5, values });
const shown = (values: ActivityRecord['values']) => valuesOf(shareableFeatures(model.manifest), record(values));
const USUAL = { a: 0, b: 9, trade: 'steel', nobody: 'declared me' };

async function examples(settings: DeviceSettings = {}) {
  const clock = createVirtualClock(JUNE);
  const store = createMemoryStore();
  const open = () => createExamples({ store, clock, settings: () => settings });
  let now = await open();
  const rows: Row[] = [];
  const ask = async (
    values: ActivityRecord['values'],
    score: number,
    how: (of: Examples) => ReturnType<Examples['answered']> = (of) =>
      of.answered(model, record(values), { at: 7, score, values: shown(values) }),
  ) => {
    const write = how(now);
    rows.push(...(write.rows ?? []));
    const puts = Object.entries(write.latest ?? {}).map(([put, valueOf]) => ({ put, value: valueOf()! }));
    if (puts.length > 0) await store.commit(puts);
  };
  return { clock, rows, ask, restart: async () => void (now = await open()) };
}

const whys = (rows: readonly Row[]) => rows.map((row) => (row.kind === 'example' ? row.why : row.kind));

describe('hard examples', () => {
  it.each([
    ['far from its threshold and usual in all', USUAL, 0.6, []],
    ['near its threshold', USUAL, 0.46, ['uncertain']],
    ['above everything known', { ...USUAL, a: 1.5 }, 0.9, ['outside']],
    ['of a level nobody has seen', { ...USUAL, trade: 'glass' }, 0.5, ['outside']],
    ['with values missing', { nobody: 'x' }, 0.9, []],
  ])('a record %s', async (_, values, score, expected) => {
    const { rows, ask } = await examples();
    await ask(values, score);
    expect(whys(rows)).toEqual(expected);
  });

  it('hold the named features of the model and nothing else, as the wire takes them', async () => {
    const { rows, ask } = await examples();
    await ask(USUAL, 0.5);
    expect(exampleRow.parse(rows[0])).toEqual({
      kind: 'example',
      at: 7,
      asOf: 5,
      activity: 'slab',
      line: 'delay',
      version: '1.0.0',
      sha256: 'ab',
      why: 'uncertain',
      score: 0.5,
      values: { a: 0, b: 9, trade: 'steel' },
    });
  });

  it('stay within the bytes of their month, spread over its days, also across restarts and clocks set back', async () => {
    const sizeBytes = 30 * 1000;
    const { clock, rows, ask, restart } = await examples({ exampleBytesPerMonth: sizeBytes });
    const bytes = () => rows.reduce((sum, row) => sum + stored(row).length, 0);
    for (let day = 1; day <= 30; day += 1) {
      for (let i = 0; i < 20; i += 1) await ask(USUAL, 0.5);
      expect(bytes()).toBeLessThanOrEqual(1000 * day);
      expect(bytes()).toBeGreaterThan(1000 * day - 250);
      await restart();
      await clock.advance(DAY_MS);
    }
    const spent = bytes();
    await ask(USUAL, 0.5);
    expect(bytes()).toBeGreaterThan(spent);
  });

  it('of a shadow run are the largest differences, and none is kept where none is wanted', async () => {
    const all = [0.1, 0.9, 0.3].map((candidate) => ({ record: record(USUAL), champion: 0.2, candidate }));
    const disagreed = (of: Examples) =>
      of.disagreed({ line: 'delay', version: '1.0.0', sha256: 'ab' }, [model.manifest], all);
    const { rows, ask } = await examples({ exampleBytesPerMonth: 30 * 500 });
    await ask({}, 0, disagreed);
    expect(rows.map((row) => row.kind === 'example' && [row.why, row.score, row.candidate])).toEqual([
      ['disagrees', 0.2, 0.9],
      ['disagrees', 0.2, 0.1],
    ]);
    const off = await examples({ exampleBytesPerMonth: 0 });
    await off.ask({}, 0, disagreed);
    await off.ask(USUAL, 0.5);
    expect(off.rows).toEqual([]);
  });
});
