import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DemoError } from './options.ts';

const CLI = fileURLToPath(import.meta.resolve('@plumbline/agent/cli'));
/** Compiled sources are kept in the run's own folder: the second agent starts twice as fast as the first. */
const environmentFor = (stateDir: string) => ({
  ...process.env,
  NODE_COMPILE_CACHE: join(stateDir, '..', '..', 'compiled'),
});
const ready = z.object({ listening: z.url(), device: z.string(), site: z.string() });
const START_TIMEOUT_MS = 60_000;

export interface AgentSetup {
  stateDir: string;
  site: string;
  device: string;
  profile: string;
  now: number;
  /** Further flags, for planted faults. */
  flags: string[];
}

/** One agent in a process of its own, spoken to only as people and programs on a site do: by its local API. */
export interface AgentProcess {
  site: string;
  device: string;
  stateDir: string;
  url(): string;
  post<T>(path: string, body: unknown): Promise<T>;
  get<T>(path: string): Promise<T>;
  /** SIGKILL: no goodbye, nothing flushed. */
  kill(): Promise<void>;
  /** Starts it again on the same folder. */
  start(now: number): Promise<void>;
  stop(): Promise<void>;
}

/** Trades the code for an identity; the key is made in the agent's own folder. */
export async function enrolAgent(setup: AgentSetup, code: string): Promise<void> {
  const child = spawn(process.execPath, [CLI, 'enrol', code, '--state', setup.stateDir, '--profile', setup.profile], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environmentFor(setup.stateDir),
  });
  let problem = '';
  child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new DemoError('agent_failed', `${setup.device}: enrolment ended with ${status}: ${problem}`);
}

export async function startAgent(setup: AgentSetup): Promise<AgentProcess> {
  let child: ChildProcess | undefined;
  let url = '';
  const agent: AgentProcess = {
    site: setup.site,
    device: setup.device,
    stateDir: setup.stateDir,
    url: () => url,
    post: (path, body) => call(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), headers: JSON_TYPE }),
    get: (path) => call(`${url}${path}`, {}),
    async kill() {
      await end(child, 'SIGKILL');
    },
    async start(now) {
      const clock = ['--clock', 'driven', '--now', new Date(now).toISOString()];
      const timing = ['--first-delay-ms', '300', '--development'];
      const args = ['run', '--state', setup.stateDir, '--port', '0', '--json', ...clock, ...timing, ...setup.flags];
      child = spawn(process.execPath, [CLI, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: environmentFor(setup.stateDir),
      });
      child.stderr?.pipe(createWriteStream(join(setup.stateDir, 'agent.log'), { flags: 'a' }));
      url = await listening(child, setup.device);
    },
    async stop() {
      await end(child, 'SIGTERM');
    },
  };
  await agent.start(setup.now);
  return agent;
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function call<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  if (response.ok) return (await response.json()) as T;
  throw new DemoError('agent_failed', `${url}: ${response.status} ${await response.text()}`);
}

async function listening(child: ChildProcess, device: string): Promise<string> {
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  try {
    if (child.stdout === null) throw new DemoError('agent_failed', `${device}: no output`);
    for await (const line of createInterface({ input: child.stdout })) {
      const parsed = ready.safeParse(parseJson(line));
      if (parsed.success) {
        child.stdout.resume();
        return parsed.data.listening;
      }
    }
    throw new DemoError('agent_failed', `${device}: ended before it was ready; see agent.log in its folder`);
  } finally {
    clearTimeout(timer);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
