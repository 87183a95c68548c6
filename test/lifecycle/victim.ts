import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentState } from '@plumbline/agent';
import { openSqliteStore } from '@plumbline/agent/node';
import type { UpdateState } from '@plumbline/shared/update';
import { readAll } from '../../agent/src/store/json.ts';
import { UPDATES } from '../../agent/src/store/keys.ts';
import { updateModel } from '../../agent/src/update/index.ts';
import { compile, enrol, startProgram, type Program, type TestFleet } from '../harness/index.ts';

/** A gateway in a process of its own, started by its bin and ended by SIGKILL, again and again. */
export interface Victim extends AsyncDisposable {
  name: string;
  /** References of outcomes that its local API has answered with 200: it promised to keep them. */
  acknowledged: Set<string>;
  /** A new life, unless it lives; resolves when its local API listens and the first outcomes are on their way to it. */
  start(): Promise<void>;
  /** Resolves when its log next names this event, in this life or a later one. */
  hears(event: string): Promise<void>;
  /** SIGKILL after `delayMs`, outcomes answered or not. @returns the state of each line as the disk has it then */
  kill(delayMs: number): Promise<Map<string, UpdateState>>;
  state(): Promise<AgentState>;
  /** As many predictions of the line as prove a model. */
  prove(line: string): Promise<void>;
}

/** Outcomes of one life: some are answered before the kill, some are not. */
const BURST = 4;
/** What an agent asks for that was told nothing else. */
const PROVE_RECORDS = 20;

export async function createVictim(fleet: TestFleet, name: string): Promise<Victim> {
  const folder = join(fleet.folder, name);
  await enrol(folder, await fleet.code(name));
  const compiled = join(fleet.folder, 'compiled');
  await compile('plumbline-agent', compiled);
  let life = 0;
  let program: Program | undefined;
  let url = '';
  const listeners = new Set<(line: string) => void>();
  let posting: Promise<unknown> = Promise.resolve();

  const onLogLine = (line: string) => {
    for (const listen of listeners) listen(line);
  };
  const post = (path: string, body: unknown) => fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
  const postOutcome = async (ref: string) => {
    const response = await post('/v1/outcomes', { activity: ref, label: 1, ref });
    if (response.status === 200) victim.acknowledged.add(ref);
  };

  const victim: Victim = {
    name,
    acknowledged: new Set(),
    async start() {
      if (program !== undefined) return;
      life += 1;
      const args = ['run', '--json', '--port', '0', '--state', folder, '--first-delay-ms', '50'];
      program = await startProgram('plumbline-agent', args, { compiled, onLogLine });
      ({ listening: url } = program.ready as { listening: string });
      posting = Promise.allSettled(Array.from({ length: BURST }, (_, i) => postOutcome(`${name}-${life}-${i}`)));
    },
    hears: (event) =>
      new Promise((resolve) => {
        const listen = (line: string) => {
          if (!line.includes(`"msg":"${event}"`)) return;
          listeners.delete(listen);
          resolve();
        };
        listeners.add(listen);
      }),
    async kill(delayMs) {
      // Not a wait for something: the moment of the kill is what the seed draws.
      await pause(delayMs);
      await program?.end('SIGKILL');
      program = undefined;
      await posting;
      return statesOnDisk(folder);
    },
    state: async () => (await fetch(`${url}/v1/state`)).json() as Promise<AgentState>,
    async prove(line) {
      const records = Array.from({ length: PROVE_RECORDS }, (_, i) => ({
        activity: `${name}-${life}-${i}`,
        values: { a: i, b: life },
      }));
      const response = await post(`/v1/predict?line=${line}`, { records });
      if (!response.ok) throw new Error(await response.text());
    },
    async [Symbol.asyncDispose]() {
      await program?.end('SIGKILL');
    },
  };
  return victim;
}

async function statesOnDisk(folder: string): Promise<Map<string, UpdateState>> {
  const store = openSqliteStore({ path: join(folder, 'agent.sqlite') });
  try {
    const models = await readAll(store, UPDATES, updateModel);
    return new Map(models.map(([, model]) => [model.line, model.state]));
  } finally {
    await store.close();
  }
}
