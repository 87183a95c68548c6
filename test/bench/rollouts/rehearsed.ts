import { rehearse, readScenario, type RehearsalServer } from '../../../fleet-server/src/delivery/rehearsal/index.ts';
import { attachRehearsal } from '../../../fleet-server/src/entry/cli/rehearsal/attach.ts';
import { listMembers, listRollouts } from '../../../fleet-server/src/delivery/rollouts/index.ts';
import type { Played } from './play.ts';

/** What a rehearsal came to, in the words of `play`, with the times of its devices. */
export type Rehearsed = Pick<Played, 'verdict' | 'stage' | 'gate' | 'exposed' | 'endedAt' | 'decideMs'>;

export interface RehearsedOptions {
  plan: object;
  scenario: object;
  devices: number;
  seed: number;
}

/** Plays a rehearsal with the agent core, and keeps what it saw of each device at every look. */
export async function rehearsed({ plan, scenario, devices, seed }: RehearsedOptions): Promise<Rehearsed> {
  const decideMs: Played['decideMs'] = { proven: [], failed: [] };
  const known = new Set<string>();
  const watch = async ({ database: { db } }: RehearsalServer) => {
    for (const { id } of await listRollouts(db)) {
      for (const { device, outcome, outcomeAt, assignedAt } of await listMembers(db, id)) {
        if (outcome === null || outcomeAt === null || assignedAt === null || known.has(device)) continue;
        known.add(device);
        decideMs[outcome === 'proven' ? 'proven' : 'failed'].push(outcomeAt - assignedAt);
      }
    }
  };
  const report = await rehearse(
    {
      attach: (server) => {
        const attached = attachRehearsal(server);
        return { ...attached, look: async () => [await attached.look(), await watch(server)][0] };
      },
    },
    { plan, scenario: readScenario(JSON.stringify(scenario)), devices, seed },
  );
  const { verdict, stage, metric, exposedDevices, durationMs } = report;
  const stages = (plan as { stages: { name: string }[] }).stages.map(({ name }) => name);
  return {
    verdict: verdict === 'completed' ? 'completed' : verdict === 'undecided' ? 'held' : 'stopped',
    stage: stages.indexOf(stage),
    gate: metric ?? undefined,
    exposed: exposedDevices,
    endedAt: durationMs,
    decideMs,
  };
}
