import type { Example } from '../../../learning/datasets/index.ts';
import type { AgentProcess } from '../agent-process.ts';
import { forEach, type Stage } from '../stage.ts';

export interface Lived {
  predictions: number;
  outcomes: number;
}

/**
 * Lets every site live from the present to `until`: at each start of an activity its clock stands at that moment, and
 * then the people of the site enter what has become known since.
 */
export async function liveUntil(stage: Stage, until: number): Promise<Lived> {
  const from = stage.clock.now();
  const lived = { predictions: 0, outcomes: 0 };
  // The server goes first and does what it does every few seconds, so that devices find fresh metadata and certificates.
  stage.clock.set(until);
  await stage.server.advance();
  await forEach(stage.agents, stage.agents.length, async (agent) => {
    const own = stage.plan.future.filter((example) => example.site === agent.site);
    const starts = new Set(own.map((example) => example.startAt).filter((at) => at > from && at < until));
    for (const at of [...starts].toSorted((a, b) => a - b)) await moveTo(agent, at, lived);
    await moveTo(agent, until, lived);
    const known = own.filter((example) => example.knownAt > from && example.knownAt <= until);
    await Promise.all(known.map((example) => enter(stage, agent, example, lived)));
  });
  return lived;
}

async function moveTo(agent: AgentProcess, now: number, lived: Lived): Promise<void> {
  const { predictions } = await agent.post<{ predictions: number }>('/v1/clock', { now });
  lived.predictions += predictions;
}

/** The answer comes when the entry is on the disk; from then on it must not be lost. */
async function enter(stage: Stage, agent: AgentProcess, example: Example, lived: Lived): Promise<void> {
  const ref = `outcome:${example.ref}`;
  await agent.post('/v1/outcomes', {
    activity: example.ref,
    label: example.label,
    at: example.knownAt,
    actor: 'superintendent',
    ref,
  });
  stage.recorded.add(ref);
  lived.outcomes += 1;
}
