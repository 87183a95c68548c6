import { parseArgs } from 'node:util';
import { run as badLine } from './bad-line.ts';
import { run as coreSuites } from './core-suites.ts';
import { run as diskPrefixes } from './disk-prefixes.ts';
import { run as drift } from './drift.ts';
import { run as driftFleets } from './drift-fleets.ts';
import { run as engines } from './engines.ts';
import { run as killAgent } from './kill-agent.ts';
import { run as killServer } from './kill-server.ts';
import { run as mqttFrames } from './mqtt-frames.ts';
import { run as mutatedModels } from './mutated-models.ts';
import { run as noise } from './noise.ts';
import { run as planted } from './planted.ts';
import { run as plantedBugs } from './planted-bugs.ts';
import { run as rehearsedRollout } from './rehearsed-rollout.ts';
import { run as rolloutHistories } from './rollout-histories.ts';
import { run as simulation } from './simulation.ts';
import { run as tablet } from './tablet.ts';
import { run as tabletNearby } from './tablet-nearby.ts';
import { run as tabletPorts } from './tablet-ports.ts';
import type { SoakOptions } from './options.ts';

/**
 * `npm run soak -- NAME [--seed N] [--count N] [--minutes M] [--state DIR]`: the full size of a proof whose small, seeded size runs in
 * `npm test`. Exit code 0 only when it held.
 */
const SOAKS: Record<string, (options: SoakOptions) => Promise<{ passed: number; failed: number }>> = {
  'bad-line': badLine,
  'core-suites': coreSuites,
  'disk-prefixes': diskPrefixes,
  drift,
  'drift-fleets': driftFleets,
  engines,
  'kill-agent': killAgent,
  'kill-server': killServer,
  'mqtt-frames': mqttFrames,
  'mutated-models': mutatedModels,
  noise,
  planted,
  'planted-bugs': plantedBugs,
  'rehearsed-rollout': rehearsedRollout,
  'rollout-histories': rolloutHistories,
  simulation,
  tablet,
  'tablet-nearby': tabletNearby,
  'tablet-ports': tabletPorts,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string' },
    /** The same, in the words of the soaks that kill. */
    kills: { type: 'string' },
    state: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const [name = ''] = positionals;
const soak = SOAKS[name];
if (soak === undefined || positionals.length !== 1) {
  console.error(`no soak ${JSON.stringify(name)}; there are ${Object.keys(SOAKS).join(', ')}`);
  process.exitCode = 2;
} else {
  const count = values.kills ?? values.count;
  const { passed, failed } = await soak({
    seed: Number(values.seed),
    ...(count !== undefined && { count: Number(count) }),
    ...(values.state !== undefined && { dir: values.state }),
    ...(values.minutes !== undefined && { minutes: Number(values.minutes) }),
  });
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
