import type { Example } from '../../../learning/datasets/index.ts';
import type { AgentProcess } from '../agent-process.ts';
import { forEach, type Stage } from '../stage.ts';

export interface Lived {
  predictions: number;
  outcomes: number;
}

type Happening = { at: number; outcome?: Example };

/**
 * Lets every site live from the present to `until`: at each start of an activity its clock stands at that moment, and
 * each outcome is entered, by the people of the site, when it becomes known.
 */
export async function liveUntil(stage: Stage, until: number): Promise<Lived> {
  const from = stage.clock.now();
  const lived = { predictions: 0, outcomes: 0 };
  await forEach(stage.agents, stage.agents.length, async (agent) => {
    for (const { at, outcome } of happeningsOf(stage, agent.site, from, until)) {
      if (outcome === undefined) await moveTo(agent, at, lived);
      else await enter(stage, agent, outcome, lived);
    }
    await moveTo(agent, until, lived);
  });
  stage.clock.set(until);
  return lived;
}

function happeningsOf(stage: Stage, site: string, from: number, until: number): Happening[] {
  const own = stage.plan.future.filter((example) => example.site === site);
  const starts = new Set(own.map((example) => example.startAt).filter((at) => at > from && at < until));
  const known = own.filter((example) => example.knownAt > from && example.knownAt <= until);
  const happenings: Happening[] = [
    ...[...starts].map((at) => ({ at })),
    ...known.map((outcome) => ({ at: outcome.knownAt, outcome })),
  ];
  // What starts at the moment something else falls due is predicted first.
  return happenings.toSorted((a, b) => a.at - b.at || (a.outcome === undefined ? -1 : 1));
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
