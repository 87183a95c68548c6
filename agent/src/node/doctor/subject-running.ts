import { z } from 'zod';
import { LINK_ERRORS, LinkError } from '../../ports/index.ts';
import type { RunningAgent } from '../cli/running-agent.ts';
import type { Subject } from './subject.ts';

const state = z.looseObject({
  identity: z.looseObject({
    site: z.string(),
    device: z.string(),
    endpoints: z.array(z.string()).default([]),
    cas: z.array(z.string()).default([]),
    certificate: z.looseObject({ pem: z.string() }).optional(),
  }),
  trust: z.looseObject({ timeFloor: z.number() }),
  lines: z.array(
    z.looseObject({
      line: z.string(),
      state: z.string(),
      active: z.string().optional(),
      reason: z.string().optional(),
      slots: z
        .looseObject({
          A: z.looseObject({ sha256: z.string() }).optional(),
          B: z.looseObject({ sha256: z.string() }).optional(),
        })
        .optional(),
    }),
  ),
});
const health = z.looseObject({
  connected: z.boolean(),
  problems: z.array(z.looseObject({ where: z.string(), code: z.string(), lastAt: z.number() })),
});

/** The device of an agent that runs: it alone may hold the session, so it is asked how that goes. */
export async function subjectRunning(agent: RunningAgent): Promise<Subject> {
  const { identity, trust, lines } = state.parse(await agent.ask('GET', '/v1/state'));
  const { site, device, endpoints, cas, certificate } = identity;
  return {
    site,
    device,
    endpoints,
    lines,
    trust: { cas, certificate: certificate?.pem, timeFloor: trust.timeFloor },
    async session() {
      const { connected, problems } = health.parse(await agent.ask('GET', '/v1/health'));
      if (connected) return 'the running agent is connected';
      const last = problems.filter(({ where }) => where === 'link').toSorted((a, b) => b.lastAt - a.lastAt)[0];
      const code = LINK_ERRORS.find((known) => known === last?.code) ?? 'link_unreachable';
      throw new LinkError(code, `the running agent is not connected: ${code}`, { kind: 'unavailable' });
    },
  };
}
