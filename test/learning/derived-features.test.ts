import { openBundle, type ActivityRecord, type Manifest } from '@plumbline/shared/manifest';
import { DERIVATIONS, type SiteLogEntry } from '@plumbline/shared/activity';
import { createSeededRandom, createVirtualClock, randomSiteLog } from '@plumbline/shared/testing';
import { sha256Hex } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import type { LoadedModel } from '../../agent/src/predict/load.ts';
import { deriveAgain } from '../../agent/src/predict/derive.ts';
import { createPredictor } from '../../agent/src/predict/predictor.ts';
import { createSiteLog } from '../../agent/src/sources/site-log.ts';
import { createLinearInference, encodeLinear } from '../../agent/src/testing/linear-inference.ts';
import { createMemoryStore } from '../../agent/src/testing/memory-store.ts';
import { mintRelease } from '../../agent/src/testing/mint.ts';
import {
  deriveFeatures,
  historiesOf,
  recordOf,
  type Dataset,
  type Example,
} from '../../fleet-server/src/learning/datasets/index.ts';

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);
const SITES = ['north', 'south'];
const NAMES = [...Object.keys(DERIVATIONS), 'trade-late-rate@1:crew'];
const column = (name: string) => ({ name, type: 'category', missing: 'accept', from: { column: name } }) as const;
const LOGS = new Map(
  SITES.map((site, i) => [
    site,
    randomSiteLog(createSeededRandom(i + 7), { activities: 40, days: 150, from: FROM, prefix: site }),
  ]),
);
const DATASET = deriveFeatures(rowsOfLogs(), NAMES, {
  histories: historiesOf([...LOGS].flatMap(([site, entries]) => entries.map((entry) => ({ site, entry })))),
});

/** A row for every plan, asked about in the middle of it: whatever was known then. */
function rowsOfLogs(): Dataset {
  const examples = [...LOGS].flatMap(([site, entries]) =>
    entries.flatMap((entry): Example[] => {
      if (entry.field !== 'plan') return [];
      const { startAt, dueAt, values } = entry.value;
      const askedAt = Math.round((Math.max(entry.at, startAt) + dueAt) / 2);
      const label = entry.at % 2 === 0 ? 1 : 0;
      const { trade = null, crew } = values;
      const known = { startAt: askedAt, dueAt, knownAt: dueAt, values: { trade, crew: String(crew) } };
      return [{ ref: entry.activity, site, group: site, label, ...known }];
    }),
  );
  return {
    name: 'logs',
    version: 'v1',
    reader: 'table',
    sources: [],
    features: [column('trade'), column('crew')],
    target: 'late',
    split: 'time',
    examples,
    rejected: [],
    counts: {},
  };
}

/** A gateway with its log, and a model whose score is the sum of all derived values. */
async function gateway(entries: readonly SiteLogEntry[], derives = true) {
  const { archive, assigned } = await mintRelease();
  const { manifest } = await openBundle(archive, async (bytes) => sha256Hex(bytes));
  const [first] = manifest.inputs;
  if (first?.kind !== 'columns') throw new Error('the minted model has columns');
  const features = DATASET.features.filter(({ from }) => 'derived' in from);
  const inputs: Manifest['inputs'] = derives ? [{ ...first, features }] : manifest.inputs;
  const weights = (derives ? features : [1, 2]).map(() => 0.01);
  const session = await createLinearInference().load(encodeLinear({ weights, bias: 0 }));
  const log = await createSiteLog(createMemoryStore());
  let opened = 0;
  const history = () => {
    opened += 1;
    return log.history();
  };
  const predictor = createPredictor({ clock: createVirtualClock(), history });
  const seen: ActivityRecord[] = [];
  predictor.listen({ predicted: (_model, records) => seen.push(...records) });
  const model: LoadedModel = {
    line: 'delay',
    sha256: assigned.sha256,
    version: '1.0.0',
    counter: 1,
    manifest: { ...manifest, inputs },
    reference: undefined,
    session,
  };
  predictor.swap(model);
  log.take(entries);
  return { log, predictor, seen, opened: () => opened, manifest: model.manifest };
}

const asked = ({ ref, startAt, values }: Example): ActivityRecord => ({
  activity: ref,
  asOf: startAt,
  values: { trade: values['trade'] ?? null, crew: values['crew'] ?? null },
});
const told = (example: Example) => recordOf(example).derived;

describe('a derived feature', () => {
  it.each(SITES)('is the same number in training and on the gateway of site %s, row by row', async (site) => {
    const rows = DATASET.examples.filter((example) => example.site === site);
    const entries = LOGS.get(site)!.toReversed();
    const { predictor, seen } = await gateway(entries);
    for (const row of rows) await predictor.predict([asked(row)]);
    expect(seen.map(({ derived }) => derived)).toEqual(rows.map(told));
    const values = rows.flatMap((row) => Object.values(told(row) ?? {}));
    // Otherwise nothing was compared.
    expect(values.filter((value) => value !== null).length).toBeGreaterThan(rows.length * 12);
    expect(new Set(values).size).toBeGreaterThan(100);
  });

  it('is the same while the log grows under the predictions, and after a start from disk', async () => {
    const rows = DATASET.examples.filter(({ site }) => site === 'north').toSorted((a, b) => a.startAt - b.startAt);
    const entries = LOGS.get('north')!.toSorted((a, b) => a.at - b.at);
    const { predictor, seen, log } = await gateway([]);
    let taken = 0;
    for (const row of rows) {
      const upTo = entries.findIndex(({ at }) => at > row.startAt);
      log.take(entries.slice(taken, upTo === -1 ? undefined : upTo));
      taken = upTo === -1 ? entries.length : upTo;
      await predictor.predict([asked(row)]);
    }
    expect(seen.map(({ derived }) => derived)).toEqual(rows.map(told));
    const store = createMemoryStore();
    await store.commit(log.changesOf([]).concat((await createSiteLog(store)).changesOf(entries)));
    const again = await createSiteLog(store);
    const records = deriveAgain([(await gateway([])).manifest], rows.map(asked), again.history);
    expect(records.map(({ derived }) => derived)).toEqual(rows.map(told));
  });

  it('is missing where the log is empty, and the model answers all the same', async () => {
    const { predictor, seen } = await gateway([]);
    const row = DATASET.examples[0]!;
    const [prediction] = await predictor.predict([asked(row)]);
    expect(prediction?.score).toBeGreaterThan(0);
    const known = Object.entries(seen[0]?.derived ?? {}).filter(([, value]) => value !== null);
    const calendar = Object.entries(DERIVATIONS).filter(([, { needs }]) => needs === 'nothing');
    expect(known.map(([name]) => name)).toEqual(calendar.map(([name]) => name));
  });

  it('is never taken from a caller', async () => {
    const row = DATASET.examples.find(({ site }) => site === 'north')!;
    const { predictor, seen } = await gateway(LOGS.get('north')!);
    await predictor.predict([{ ...asked(row), derived: { 'planned-days@1': 1e6, 'site-late-rate@1': 1 } }]);
    expect(seen[0]?.derived).toEqual(told(row));
  });

  it('costs a model without one nothing: its records are passed on as they came, and no history is made', async () => {
    const { predictor, seen, opened } = await gateway(LOGS.get('north')!, false);
    const record = { activity: 'north-1', asOf: FROM + 50 * DAY_MS, values: { a: 1, b: 2 } };
    await predictor.predict([record]);
    expect(seen[0]).toBe(record);
    expect(opened()).toBe(0);
  });

  it('stands as it was told when a record is asked again, and is derived where another model wants more', async () => {
    const row = DATASET.examples.find(({ site }) => site === 'south')!;
    const { log, manifest } = await gateway(LOGS.get('south')!);
    const served = { ...asked(row), derived: { 'site-late-rate@1': 0.123 } };
    const [again] = deriveAgain([manifest], [served], log.history);
    expect(again?.derived).toEqual({ ...told(row), 'site-late-rate@1': 0.123 });
  });
});
