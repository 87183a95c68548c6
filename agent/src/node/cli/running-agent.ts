import { problem } from '@plumbline/shared/api';
import { CodedError, messageOf, type ErrorKind } from '@plumbline/shared/errors';
import { z } from 'zod';
import { NodeAgentError } from '../errors.ts';
import type { AgentAddress } from '../storage/state-folder.ts';

const TIMEOUT_MS = 30_000;
const health = z.object({ device: z.string() });
const kind = z.enum([
  'invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'too-large',
  'refused',
  'unavailable',
  'internal',
] satisfies ErrorKind[]);

/** Talks to the agent that runs on a state folder. */
export interface RunningAgent {
  url: string;
  /** @throws CodedError as the agent answered it; NodeAgentError `agent_silent` */
  ask(method: 'GET' | 'POST', path: string, body?: string): Promise<unknown>;
}

/**
 * The agent at this address, when it is still there: an agent that was killed leaves its address behind,
 * and another one may have got its port.
 */
export async function findRunningAgent(address: AgentAddress | undefined): Promise<RunningAgent | undefined> {
  if (address === undefined) return undefined;
  const agent = runningAgent(address.url);
  try {
    const found = health.safeParse(await agent.ask('GET', '/v1/health'));
    return found.success && found.data.device === address.device ? agent : undefined;
  } catch {
    return undefined;
  }
}

function runningAgent(url: string): RunningAgent {
  return {
    url,
    async ask(method, path, body) {
      const response = await fetch(new URL(path, url), {
        method,
        ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((cause: unknown) => {
        throw new NodeAgentError('agent_silent', `${url}: ${messageOf(cause)}`, { kind: 'unavailable', cause });
      });
      const answer: unknown = await response.json();
      if (response.ok) return answer;
      throw refusalOf(answer, response.status);
    },
  };
}

/** The title of our problems is the kind of the error behind them. */
function refusalOf(answer: unknown, status: number): CodedError {
  const parsed = problem.safeParse(answer);
  if (!parsed.success) return new NodeAgentError('agent_silent', `HTTP ${status}`, { kind: 'unavailable' });
  const { code, detail, title, field, expected } = parsed.data;
  const known = kind.safeParse(title);
  return new CodedError(code, detail, {
    kind: known.success ? known.data : 'internal',
    ...(field !== undefined && { field }),
    ...(expected !== undefined && { expected }),
  });
}
