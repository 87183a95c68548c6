import { parseArgs } from 'node:util';
import { run as mqttFrames } from './mqtt-frames.ts';
import { run as mutatedModels } from './mutated-models.ts';

/** How large a proof is to be; without a wish each takes its full count. */
export interface SoakOptions {
  seed: number;
  count?: number;
  minutes?: number;
}

/**
 * `npm run soak -- NAME [--seed N] [--count N] [--minutes M]`: the full size of a proof whose small, seeded size runs in
 * `npm test`. Exit code 0 only when it held.
 */
const SOAKS: Record<string, (options: SoakOptions) => Promise<{ passed: number; failed: number }>> = {
  'mqtt-frames': mqttFrames,
  'mutated-models': mutatedModels,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const [name = ''] = positionals;
const soak = SOAKS[name];
if (soak === undefined || positionals.length !== 1) {
  console.error(`no soak ${JSON.stringify(name)}; there are ${Object.keys(SOAKS).join(', ')}`);
  process.exitCode = 2;
} else {
  const { passed, failed } = await soak({
    seed: Number(values.seed),
    ...(values.count !== undefined && { count: Number(values.count) }),
    ...(values.minutes !== undefined && { minutes: Number(values.minutes) }),
  });
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
