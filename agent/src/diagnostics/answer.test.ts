import { unpackDiagnostics, type DiagnosticsRow } from '@plumbline/shared/wire';
import type { DeviceSettings } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { mintAssignment, mintRelease, mintRepository, PROFILE, type Release } from '../testing/mint.ts';
import { createTestDevice, type TestDevice } from '../testing/test-device.ts';
import { packWithin, sizeOf, type Bundle } from './pack.ts';

const answersOf = ({ server }: TestDevice) =>
  server.rows('diagnostics').flatMap(([, row]) => (row.kind === 'diagnostics' ? [row] : []));
const bundleOf = (rows: readonly DiagnosticsRow[]) => unpackDiagnostics(rows) as Bundle;

const ASKABLE: typeof PROFILE = {
  ...PROFILE,
  bounds: {
    ...PROFILE.bounds,
    diagnosticsRequest: { min: 0, max: 1000 },
    diagnosticsBytes: { min: 1000, max: 1_000_000 },
    linkMonthlyBytes: { min: 1, max: 1_000_000_000 },
  },
};

async function running(options?: Parameters<typeof createTestDevice>[0]) {
  const device = await createTestDevice({ profile: ASKABLE, ...options });
  const release = await mintRelease();
  device.server.offer(release);
  await device.start();
  await device.pass(2000);
  return { device, ask: asker(device, release) };
}

function asker(device: TestDevice, release: Release) {
  let seq = 0;
  return async (settings: DeviceSettings) => {
    seq += 1;
    device.server.assign(
      await mintAssignment(seq, [release], { settings }),
      await mintRepository({ releases: [release] }),
    );
    await device.pass(5000);
  };
}

describe('a device that is asked for diagnostics', () => {
  it('answers each number once, also across a restart, and the next one again', async () => {
    const { device, ask } = await running();
    await ask({});
    expect(answersOf(device)).toEqual([]);
    await ask({ diagnosticsRequest: 4 });
    expect(answersOf(device).map(({ request }) => request)).toEqual([4]);
    await device.crash();
    await device.pass(120_000);
    await ask({ diagnosticsRequest: 4 });
    await ask({ diagnosticsRequest: 3 });
    expect(answersOf(device)).toHaveLength(1);
    await ask({ diagnosticsRequest: 5 });
    expect(answersOf(device).map(({ request }) => request)).toEqual([4, 5]);
  });

  it('tells its state, its events and what the platform knows', async () => {
    const { device, ask } = await running({ inspect: async () => ({ versions: { node: '24.0.0' } }) });
    await device.crash();
    await device.pass(10_000);
    await ask({ diagnosticsRequest: 1 });
    const { sections, events } = bundleOf(answersOf(device));
    expect(sections).toMatchObject({
      agent: { version: '0.1.0' },
      versions: { node: '24.0.0' },
      state: { connected: true, identity: { device: 'gateway-1' }, trust: { development: false } },
    });
    expect(events).toMatchObject([{ code: 'started_after_unclean_end' }]);
  });

  it('tells no secret, no reading and no name that passed through it', async () => {
    const planted = ['Zz9PlantedToken', 'Zz9PlantedActor', 'Zz9PlantedActivity', 'Zz9PlantedValue'];
    const { device, ask } = await running({
      inspect: async () => ({ environment: { apiToken: planted[0], note: `password=${planted[0]}` } }),
    });
    await device
      .agent()
      .recordEntry({ activity: planted[2] ?? '', field: 'outcome', value: { label: 1 }, actor: planted[1] ?? '' });
    await device
      .agent()
      .predict([{ activity: planted[2] ?? '', values: { a: planted[3] ?? '' }, asOf: 0 }])
      .catch(() => undefined);
    await ask({ diagnosticsRequest: 1 });
    const text = JSON.stringify(bundleOf(answersOf(device)));
    for (const secret of planted) expect(text).not.toContain(secret);
    expect(text).not.toContain('BEGIN CERTIFICATE');
  });

  it('answers also when the platform cannot be looked at', async () => {
    const { device, ask } = await running({ inspect: () => Promise.reject(new Error('no /proc')) });
    await ask({ diagnosticsRequest: 1 });
    expect(bundleOf(answersOf(device)).sections).toMatchObject({ failed: 'Error: no /proc' });
  });

  it('waits while the link may not carry it, and answers when it may', async () => {
    const { device, ask } = await running();
    await ask({ diagnosticsRequest: 1, linkMonthlyBytes: 1 });
    await device.pass(120_000);
    expect(answersOf(device)).toEqual([]);
    await ask({ diagnosticsRequest: 1, linkMonthlyBytes: 1_000_000_000 });
    expect(answersOf(device)).toHaveLength(1);
  });

  it('answers after an outage, when it is connected again', async () => {
    const { device, ask } = await running();
    device.server.acknowledge(false);
    await ask({ diagnosticsRequest: 1 });
    await device.crash();
    device.server.acknowledge(true);
    await device.pass(30_000);
    expect(answersOf(device)).toHaveLength(1);
  });
});

const noise = (length: number) =>
  Array.from({ length }, (_, i) => ((i * 2_654_435_761) % 2 ** 32).toString(36)).join('');

describe('a bundle that is too large', () => {
  const bundle: Bundle = {
    v: 1,
    request: 1,
    at: 0,
    events: Array.from({ length: 100 }, (_, at) => ({ at, text: noise(100) + at })),
    eventsLeftOut: 0,
    sections: { long: noise(20_000), short: 'ok' },
    sectionsLeftOut: [],
  };

  it.each([300_000, 60_000, 16_384])('fits into %d bytes, and says what is missing', (limitBytes) => {
    const rows = packWithin(bundle, limitBytes);
    expect(sizeOf(rows)).toBeLessThanOrEqual(limitBytes);
    const { events, eventsLeftOut, sections, sectionsLeftOut } = bundleOf(rows);
    expect(events.length + eventsLeftOut).toBe(100);
    expect([...Object.keys(sections), ...sectionsLeftOut].toSorted()).toEqual(['long', 'short']);
    // The newest are what somebody asks for.
    expect(events).toEqual(bundle.events.slice(eventsLeftOut));
  });
});
