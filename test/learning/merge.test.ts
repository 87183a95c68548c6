import {
  checkMerged,
  checkWindow,
  driftWindow,
  mergeWindows,
  outcomesOf,
  type DriftWindow,
} from '@plumbline/shared/drift';
import { openBundle } from '@plumbline/shared/manifest';
import { createSeededRandom } from '@plumbline/shared/testing';
import { sha256Hex } from '@plumbline/shared/trust';
import type { PredictionRow } from '@plumbline/shared/wire';
import { array, assert, asyncProperty, constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check';
import { expect, it } from 'vitest';
import { createOutbox } from '../../agent/src/link/outbox/index.ts';
import { createLocalDrift } from '../../agent/src/observe/detect/local-drift.ts';
import { createExamples } from '../../agent/src/observe/examples/examples.ts';
import { matureOutcome } from '../../agent/src/observe/mature.ts';
import { observePredictions } from '../../agent/src/observe/observer.ts';
import { createStoredPredictions } from '../../agent/src/observe/stored-predictions.ts';
import { createWindows } from '../../agent/src/observe/windows.ts';
import { createLineMemory } from '../../agent/src/observe/windows/line-memory.ts';
import type { LoadedModel } from '../../agent/src/predict/load.ts';
import { createPredictor } from '../../agent/src/predict/predictor.ts';
import { createLinearInference, encodeLinear } from '../../agent/src/testing/linear-inference.ts';
import { createMemoryStore } from '../../agent/src/testing/memory-store.ts';
import { mintRelease } from '../../agent/src/testing/mint.ts';

const DAY_MS = 86_400_000;
const START = 20_600 * DAY_MS;
const DEVICES = 2;
const EDGES = [-1, 0, 1];
const SUPPORT = { low: -2, high: 3 };

type Act =
  | { act: 'predict'; device: number; activity: number; a: number | null; b: number }
  | { act: 'outcome'; device: number; activity: number; label: 0 | 1 | undefined; hoursAgo: number }
  | { act: 'later'; hours: number }
  | { act: 'commit' | 'crash' | 'upgrade'; device: number };

const device = integer({ min: 0, max: DEVICES - 1 });
const activity = integer({ min: 0, max: 2 });
const acts: Arbitrary<Act[]> = array(
  oneof(
    {
      weight: 6,
      arbitrary: record({
        act: constantFrom('predict' as const),
        device,
        activity,
        a: constantFrom(null, -3, -1, 0.5, 0.5, 2, 8),
        b: integer({ min: 0, max: 2 }),
      }),
    },
    {
      weight: 3,
      arbitrary: record({
        act: constantFrom('outcome' as const),
        device,
        activity,
        label: constantFrom(0, 1, 1, undefined),
        hoursAgo: constantFrom(0, 0, 30),
      }),
    },
    { weight: 2, arbitrary: record({ act: constantFrom('later' as const), hours: constantFrom(1, 7, 26, 200) }) },
    {
      weight: 2,
      arbitrary: record({ act: constantFrom('commit' as const, 'crash' as const, 'upgrade' as const), device }),
    },
  ),
  { minLength: 30, maxLength: 70 },
);

const slice = (level: string) => ({ name: `b=${level}`, feature: 'b', level, rows: 1, positive: 0, score: [] });
const bundles = await Promise.all(
  ['1.0.0', '1.0.1'].map(async (version) => {
    const { archive, assigned } = await mintRelease({ version });
    const { manifest, reference } = await openBundle(archive, async (bytes) => sha256Hex(bytes));
    const known = { ...reference!, support: { a: SUPPORT }, slices: [slice('1'), slice('2')] };
    return { version, sha256: assigned.sha256, manifest, reference: known };
  }),
);
const bytes = encodeLinear({ weights: [0.7, -0.9], bias: 0.2 });

/** A device whose power may go at any time; what is in its outbox is what a server sees. */
function createDevice(number: number, now: () => number) {
  const clock = { now, after: () => () => undefined };
  const random = createSeededRandom(number);
  let store = createMemoryStore();
  let version = 0;
  const outcomes = new Map<string, { label: 0 | 1 | undefined; knownAt: number }>();
  const open = async () => {
    const outbox = await createOutbox({ store, clock, random });
    const windows = await createWindows({ store, clock, random, windowMs: () => undefined });
    const predictions = await createStoredPredictions(store);
    const memory = await createLineMemory(store);
    const examples = await createExamples({ store, clock, settings: () => ({ exampleBytesPerMonth: 0 }) });
    const localDrift = await createLocalDrift({ store, isOn: () => true });
    const predictor = createPredictor({ clock });
    const deps = { clock, outbox, windows, predictions, memory, examples, localDrift, planOf: () => undefined };
    observePredictions(predictor, deps);
    return { ...deps, predictor };
  };
  let rooms = open();
  const install = async () => {
    const { predictor } = await rooms;
    const { sha256, ...bundle } = bundles[version]!;
    const session = await createLinearInference().load(bytes);
    predictor.swap({ line: 'delay', counter: 1, sha256, ...bundle, session } as LoadedModel);
  };
  const join = async () => {
    const deps = await rooms;
    for (const [name, outcome] of outcomes) matureOutcome(deps, name, outcome);
  };
  return {
    install,
    async predict(name: string, values: { a: number | null; b: number }) {
      const { predictor, windows, outbox } = await rooms;
      await predictor.predict([{ activity: name, values, asOf: now() }]);
      const ended = windows.close(now(), now());
      if (ended !== undefined) outbox.writeSoon(ended);
    },
    async outcome(name: string, label: 0 | 1 | undefined, observedAt: number) {
      outcomes.set(name, { label, knownAt: Math.min(observedAt, outcomes.get(name)?.knownAt ?? observedAt) });
      await join();
    },
    async upgrade() {
      version = 1;
      await install();
    },
    commit: async () => (await rooms).outbox.flush(),
    /** Whatever was not committed is gone; the site log, which is durable before anyone is told, is read again. */
    async crash() {
      store = store.crash();
      rooms = open();
      await install();
      await join();
    },
    outcomes,
    async sent() {
      await join();
      const { outbox, windows } = await rooms;
      const ended = windows.close(undefined, now());
      if (ended !== undefined) outbox.writeSoon(ended);
      await outbox.flush();
      const rowsOf = async (of: 'evidence' | 'predictions') =>
        (await outbox.nextBatch(of))?.rows.map(({ row }) => row) ?? [];
      const sent = (await rowsOf('evidence')).flatMap((row) => (row.kind === 'window' ? [row.window] : []));
      const said = (await rowsOf('predictions')).flatMap((row) => (row.kind === 'prediction' ? [row] : []));
      return { sent, said };
    },
  };
}

type Asked = Map<string, { a: number | null; b: number }>;

/** Every count by a name of its own: what one computer would count that saw all rows. */
function centrally(
  said: readonly PredictionRow[],
  asked: Asked,
  outcomes: Map<string, { label: 0 | 1 | undefined; knownAt: number }>,
  counts: Map<string, number>,
): void {
  const heard = new Set<string>();
  const before: Record<string, number> = {};
  for (const { activity: name = '', sha256, asOf, score } of said) {
    if (heard.has(name)) continue;
    heard.add(name);
    const values = asked.get(`${name} ${asOf}`)!;
    const add = (what: string) => {
      const key = `${sha256} ${Math.floor(asOf / DAY_MS)} ${what}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    };
    add('count');
    const bin = Math.min(19, Math.floor(score * 20));
    add(`score ${bin}`);
    for (const [feature, value] of Object.entries(values)) {
      add(`${feature} bin ${value === null ? 4 : EDGES.filter((edge) => value > edge).length}`);
      if (value === null) continue;
      if (feature === 'a' && value < SUPPORT.low) add('a below');
      if (feature === 'a' && value > SUPPORT.high) add('a above');
      if (before[feature] !== undefined) add(`${feature} compared`);
      if (before[feature] === value) add(`${feature} repeats`);
      before[feature] = value;
      add(`${feature} octave ${value === 0 ? -128 : Math.floor(Math.log2(Math.abs(value)))}`);
    }
    const isSelected = score >= 0.5;
    if (values.b > 0) add(`slice ${values.b - 1} score ${bin}`);
    if (values.b > 0 && isSelected) add(`slice ${values.b - 1} selected`);
    const outcome = outcomes.get(name);
    if (outcome?.label === undefined || asOf >= outcome.knownAt) continue;
    add(`${outcome.label === 1 ? 'positive' : 'negative'} ${bin}`);
    if (values.b > 0)
      add(`slice ${values.b - 1} ${outcome.label === 1 ? (isSelected ? 'tp' : 'fn') : isSelected ? 'fp' : 'tn'}`);
  }
}

/** The same names from a merged window. */
function flatten(window: DriftWindow, counts: Map<string, number>): void {
  const put = (what: string, count: number) => {
    if (count > 0) counts.set(`${window.sha256} ${window.from / DAY_MS} ${what}`, count);
  };
  put('count', window.count);
  window.score.forEach((count, bin) => put(`score ${bin}`, count));
  for (const [feature, bins] of Object.entries(window.features))
    bins.forEach((count, bin) => put(`${feature} bin ${bin}`, count));
  for (const [feature, { octaves, ...rest }] of Object.entries(window.shape)) {
    for (const [name, count] of Object.entries(rest)) put(`${feature} ${name}`, count);
    for (const [octave, count] of octaves) put(`${feature} octave ${octave}`, count);
  }
  window.slices.forEach(({ score, selected }, i) => {
    score.forEach((count, bin) => put(`slice ${i} score ${bin}`, count));
    put(`slice ${i} selected`, selected);
  });
  const held = outcomesOf(window);
  held.negative.forEach((count, bin) => put(`negative ${bin}`, count));
  held.positive.forEach((count, bin) => put(`positive ${bin}`, count));
  held.slices.forEach((cells, i) => Object.entries(cells).forEach(([name, count]) => put(`slice ${i} ${name}`, count)));
}

it('devices merged give what one computer counts that saw every row, in any order, doubled, across crashes and corrections', async () => {
  const shuffles = integer({ min: 0, max: 1e9 });
  await assert(
    asyncProperty(acts, shuffles, async (all, seed) => {
      let now = START;
      const asked: Asked = new Map();
      const devices = Array.from({ length: DEVICES }, (_, i) => createDevice(i, () => now));
      for (const one of devices) await one.install();
      for (const one of all) {
        now += 60_000;
        if (one.act === 'later') {
          now += one.hours * 3_600_000;
          continue;
        }
        const here = devices[one.device]!;
        const name = 'activity' in one ? `${one.device}/${one.activity}` : '';
        if (one.act === 'predict') {
          asked.set(`${name} ${now}`, { a: one.a, b: one.b });
          await here.predict(name, { a: one.a, b: one.b });
        } else if (one.act === 'outcome') await here.outcome(name, one.label, now - one.hoursAgo * 3_600_000);
        else await here[one.act]();
      }
      const expected = new Map<string, number>();
      const sent: { device: number; window: DriftWindow }[] = [];
      for (const [i, one] of devices.entries()) {
        const { sent: windows, said } = await one.sent();
        centrally(said, asked, one.outcomes, expected);
        sent.push(...windows.map((window) => ({ device: i, window })));
      }
      // As they arrive: twice, out of order, each device's windows among those of the others.
      const random = createSeededRandom(seed);
      const arrived = [...sent, ...sent].toSorted(() => random.next() - 0.5);
      const known = new Set<string>();
      const periods = new Map<string, DriftWindow>();
      for (const { device: from, window } of arrived) {
        if (known.has(`${from} ${window.id}`)) continue;
        known.add(`${from} ${window.id}`);
        const parsed = driftWindow.parse(JSON.parse(JSON.stringify(window)));
        const { reference } = bundles.find(({ sha256 }) => sha256 === window.sha256)!;
        expect(checkWindow(parsed, reference, { receivedAt: now, releasedAt: START - DAY_MS })).toBeUndefined();
        const key = `${window.sha256} ${window.from}`;
        const before = periods.get(key);
        periods.set(
          key,
          before === undefined ? parsed : mergeWindows(random.next() < 0.5 ? [before, parsed] : [parsed, before]),
        );
      }
      const merged = new Map<string, number>();
      for (const window of periods.values()) {
        expect(checkMerged(window)).toBeUndefined();
        flatten(window, merged);
      }
      expect([...merged].toSorted()).toEqual([...expected].toSorted());
    }),
    { numRuns: 100 },
  );
});
