import type { Manifest } from '@plumbline/shared/manifest';
import { CLASS_OF, PRIORITY, unpackDiagnostics, type DiagnosticsRow } from '@plumbline/shared/wire';
import { expect, it } from 'vitest';
import { assignTo, QUICK } from '../testing/installed-device.ts';
import { DEFAULT_MODEL, mintRelease, PROFILE } from '../testing/mint.ts';
import { createTestDevice } from '../testing/test-device.ts';

const MARKER = 48_611.375;
const TOLD = 'foreman-zqx';
const wiring: Pick<Manifest, 'inputs' | 'output'> = {
  inputs: [
    {
      kind: 'columns',
      name: 'x',
      dtype: 'float32',
      batch: 'dynamic',
      features: [
        { name: 'a', type: 'number', missing: 'accept', from: { column: 'a' } },
        // The reference of the bundle counts it all the same, as one that was imported may.
        { name: 'b', type: 'number', missing: 'accept', private: true, from: { column: 'wage' } },
      ],
    },
  ],
  output: { kind: 'classes', probabilities: 'p', classes: ['in time', 'late'], positive: 'late' },
};
const FIRST = await mintRelease({ counter: 1, wiring, model: { weights: [1, 0.00001], bias: 0 } });
const CONTRARY = { ...DEFAULT_MODEL, weights: [-1, -0.00001], bias: 0 };
const SECOND = await mintRelease({ counter: 2, version: '1.0.1', wiring, model: CONTRARY });
const bounds = { ...PROFILE.bounds, diagnosticsRequest: { min: 0, max: 9 }, diagnosticsBytes: { min: 1, max: 1e6 } };

it('what is private stands in no row of any kind', async () => {
  const device = await createTestDevice({ profile: { ...PROFILE, bounds } });
  const settings = { ...QUICK, exampleUncertainPermille: 500 };
  await device.start();
  await assignTo(device, 1, FIRST, { settings });
  await device.pass(2000);
  const ask = (activity: string, wage: number | string) =>
    device
      .agent()
      .predict([{ activity, values: { a: 1, wage, nobody: TOLD }, asOf: device.clock.now() }], { reasons: true });
  for (let i = 0; i < 25; i += 1) await ask(`slab ${i}`, MARKER);
  await expect(ask('bad', TOLD)).rejects.toMatchObject({ code: 'value_type' });
  await device.pass(1000);
  await device.agent().recordEntry({ activity: 'slab 1', field: 'outcome', value: { label: 1 }, actor: 'ada' });
  // What a person takes a picture of goes as it is, and brings nothing else along.
  const photo = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]);
  await device.agent().recordEntry({ activity: 'slab 1', field: 'note', value: { text: '' }, photo, actor: 'ada' });
  await device.agent().tick();
  await device.agent().closeWindows();
  await device.pass(1000);
  // Whatever is refused or dropped is told of as well.
  await assignTo(device, 2, SECOND, {
    others: [FIRST],
    settings: { ...settings, shadowRecords: 20, diagnosticsRequest: 1 },
  });
  await device.pass(5000);
  device.broker.setUp(false);
  device.broker.drop();
  for (let i = 0; i < 400; i += 1) await ask(`wall ${i % 7}`, MARKER + i / 1024);
  await device.pass(1000);
  device.broker.setUp(true);
  await assignTo(device, 3, SECOND, { others: [FIRST], settings: { ...settings, outboxBytes: 1000 } });
  await device.pass(20_000);
  for (let i = 0; i < 200; i += 1) await ask(`roof ${i % 7}`, MARKER + i / 1024);
  await device.pass(20_000);

  const rows = PRIORITY.flatMap((of) => device.server.rows(of).map(([, row]) => row));
  expect([...new Set(rows.map(({ kind }) => kind))].toSorted()).toEqual(Object.keys(CLASS_OF).toSorted());
  const bundles = unpackDiagnostics(rows.filter((row): row is DiagnosticsRow => row.kind === 'diagnostics'));
  const said = JSON.stringify([rows, bundles, device.server.reports]);
  expect(said).not.toContain(String(Math.floor(MARKER)));
  expect(said).not.toContain(TOLD);
  const whys = new Set(rows.flatMap((row) => (row.kind === 'example' ? [row.why] : [])));
  expect([...whys].toSorted()).toEqual(['disagrees', 'uncertain']);
  const reasons = rows.flatMap((row) => (row.kind === 'prediction' ? (row.reasons ?? []) : []));
  expect([...new Set(reasons.map(({ feature }) => feature))]).toEqual(['a']);
  const counted = rows.flatMap((row) => (row.kind === 'window' ? Object.keys(row.window.features) : []));
  expect([...new Set(counted)]).toEqual(['a']);
  await device.agent().stop();
});
