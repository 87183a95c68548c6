import { describe, expect, it } from 'vitest';
import { rehearse, readScenario, type RehearsalReport } from '../../../delivery/rehearsal/index.ts';
import { attachRehearsal } from './attach.ts';

const LINE = { line: 'delay', version: '1.1.0' };
const canary = { name: 'canary', size: { percent: 75 }, soak: '10m', deadline: '3h' };
const all = { name: 'all', size: { percent: 100 }, soak: '10m' };
/** Small bundles and few plans: what a test pays for is bytes and messages. */
const SMALL = { release: { bytes: 30_000 }, traffic: { activitiesPerDay: 2 }, days: 1 };

interface Case {
  scenario?: object;
  gates?: object;
  devices?: number;
  seed?: number;
  stages?: object[];
  settings?: object;
}

function play({ scenario = {}, gates = {}, devices = 8, seed = 1, stages = [canary, all], settings = {} }: Case) {
  const plan = { ...LINE, stages, gates, settings };
  const written = readScenario(JSON.stringify({ ...SMALL, ...scenario }));
  return rehearse({ attach: attachRehearsal }, { plan, scenario: written, devices, seed });
}

const eventsOf = ({ timeline }: RehearsalReport) => timeline.map(({ event }) => event);

describe('a rehearsal', () => {
  it('of a good release on quiet sites completes: it is compared on stored records, and proved by their replay', async () => {
    const gates = { agreement: { atLeast: 0.9 }, shift: { atMost: 0.05 } };
    const traffic = { ...SMALL.traffic, predictionsPerHour: 0, quietSites: 1 };
    const report = await play({ scenario: { traffic }, gates });
    expect(report).toMatchObject({ verdict: 'completed', stage: 'all', exposedDevices: 8, devices: 8, seed: 1 });
    expect(report.bytes.perDevice.down).toBeGreaterThan(25_000);
    expect(eventsOf(report)).toEqual(expect.arrayContaining(['start', 'pass', 'soaked']));
    expect(report.timeline.map(({ at }) => at)).toEqual(report.timeline.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it.each([
    ['crashing', { fails: { share: 1, how: 'crash' } }, 'failures', 'model_unloadable'],
    ['slow', { slow: { factor: 4 } }, 'latency', 'more than 2 × the time'],
    ['shifted', { shifted: { by: 0.2 } }, 'shift', 'surely above 10 %'],
  ])('of a %s candidate stops in the canary', async (_, candidate, metric, said) => {
    const gates = { latency: { atMost: 2 }, shift: { atMost: 0.1 } };
    const report = await play({ scenario: { candidate }, gates });
    expect(report).toMatchObject({ verdict: 'paused', stage: 'canary', exposedDevices: 6, metric });
    expect(report.sentence).toContain(said);
    expect(report.value).toBeGreaterThan(report.limit ?? Infinity);
    expect(report.bound).toBeGreaterThan(report.limit ?? Infinity);
  });

  it.each([
    ['stops in the canary', 12, 'paused', 'has moved'],
    // Five sites cannot be sure of what all of them show: the gate does not let it by, and a person is asked.
    ['on five sites is held in the canary', 5, 'undecided', 'has likely moved'],
  ])('of a candidate whose inputs are no longer those it was trained on %s', async (_, sites, verdict, said) => {
    const scenario = { candidate: { drifts: { by: 1 } }, traffic: { ...SMALL.traffic, predictionsPerHour: 12 } };
    const slow = { ...canary, size: { count: sites }, soak: '1h', deadline: '20h' };
    const settings = { windowMs: 3_600_000 };
    const gates = { drift: { atMost: 0 } };
    const report = await play({ scenario, gates, devices: sites + 1, stages: [slow, all], settings });
    expect(report).toMatchObject({ verdict, stage: 'canary', metric: 'drift', exposedDevices: sites });
    expect(report.sentence).toContain(said);
  });

  it('says the same byte for byte under the same seed, whatever goes wrong in it', async () => {
    const scenario = {
      link: { kbps: 128, latencyMs: 300, dropRate: 0.02 },
      outages: [{ from: '2m', until: '20m', share: 0.5 }],
      failures: [{ kind: 'power-cut', share: 0.5, timesPerDay: 48 }],
    };
    const run = () => play({ scenario, devices: 4, seed: 7 });
    const first = JSON.stringify(await run());
    expect(JSON.stringify(await run())).toBe(first);
    expect(first).toContain('outage');
  });

  it('of a plan that the engine refuses is refused with its field', async () => {
    const refused = play({ devices: 2, stages: [{ ...all, selector: 'tag = "nobody"' }] });
    await expect(refused).rejects.toMatchObject({ code: 'rehearsal_refused' });
    await expect(play({ stages: [] })).rejects.toMatchObject({ code: 'rehearsal_refused', field: 'stages' });
  });
});
