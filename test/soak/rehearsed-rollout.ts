import { createRehearsedFleet, type Candidate, type Ending } from '../lifecycle/rehearsed-fleet.ts';
import type { SoakOptions } from './options.ts';

const AGENTS = 20;
const CANDIDATES: readonly Candidate[] = ['good', 'shifted', 'off-golden'];

/** Twenty agents in processes of their own end each rollout as its rehearsal does; so many memories take 5 GB. */
export async function run({ seed, count = AGENTS }: SoakOptions): Promise<{ passed: number; failed: number }> {
  await using fleet = await createRehearsedFleet({ agents: count, seed });
  console.log(`${count} agents run the first release`);
  const sum = { passed: 0, failed: 0 };
  for (const candidate of CANDIDATES) {
    const { rehearsed, real, sentence } = await fleet.play(candidate);
    const isSame = textOf(rehearsed) === textOf(real);
    sum[isSame ? 'passed' : 'failed'] += 1;
    console.log(`${candidate}: rehearsed ${textOf(rehearsed)}: ${rehearsed.sentence}`);
    console.log(`${candidate}: real      ${textOf(real)}: ${sentence}`);
  }
  return sum;
}

function textOf({ verdict, stage, exposedDevices, metric }: Ending): string {
  return `${verdict} in ${stage} after ${exposedDevices} devices by ${metric ?? 'nobody'}`;
}
