import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../agent/src/node/cli/main.ts', import.meta.url));

export interface Finished {
  exitCode: number | null;
  out: string;
  err: string;
}

/** The agent as its sources stand, by this very Node. */
const FROM_SOURCES: readonly string[] = [process.execPath, MAIN];

function start([program = '', ...before]: readonly string[], args: readonly string[]) {
  const child = spawn(program, [...before, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const finished: Finished = { exitCode: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (finished.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (finished.err += text));
  const end = once(child, 'close').then(([code]: unknown[]): Finished => {
    return { ...finished, exitCode: typeof code === 'number' ? code : null };
  });
  return { child, end };
}

/** Runs `plumbline-agent` to its end. */
export function plumblineAgent(...args: string[]): Promise<Finished> {
  return runAgent(FROM_SOURCES, ...args);
}

/** @param command program and first words, by which this `plumbline-agent` is started */
export function runAgent(command: readonly string[], ...args: string[]): Promise<Finished> {
  return start(command, args).end;
}

export interface AgentProcess {
  url: string;
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
  get(path: string): Promise<unknown>;
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<Finished>;
}

/** Starts `plumbline-agent run` and waits for the line that says where it listens. */
export function startAgent(...args: string[]): Promise<AgentProcess> {
  return startAgentBy(FROM_SOURCES, ...args);
}

/** @param command as for `runAgent` */
export async function startAgentBy(command: readonly string[], ...args: string[]): Promise<AgentProcess> {
  const { child, end } = start(command, ['run', '--json', '--development', '--port', '0', ...args]);
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: string) => resolve(text));
    void end.then(({ err }) => reject(new Error(err)));
  });
  const { listening: url } = JSON.parse(line) as { listening: string };
  return {
    url,
    async post(path, body) {
      const response = await fetch(new URL(path, url), { method: 'POST', body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    },
    get: async (path) => (await fetch(new URL(path, url))).json(),
    stop(signal) {
      child.kill(signal);
      return end;
    },
  };
}
