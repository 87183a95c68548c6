import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentState } from '@plumbline/agent';
import { openSqliteStore } from '@plumbline/agent/node';
import type { UpdateState } from '@plumbline/shared/update';
import { streamHead } from '../../agent/src/link/outbox/head.ts';
import { readIdentity } from '../../agent/src/identity.ts';
import { readAll, stored } from '../../agent/src/store/json.ts';
import { IDENTITY, UPDATES } from '../../agent/src/store/keys.ts';
import { updateModel } from '../../agent/src/update/index.ts';
import { bundleProgram, enrol, startProgram, type Program, type TestFleet } from '../harness/index.ts';

/** A gateway in a process of its own, started by its bin and ended by SIGKILL, again and again. */
export interface Victim extends AsyncDisposable {
  name: string;
  /** References of outcomes that its local API has answered with 200: it promised to keep them. */
  acknowledged: Set<string>;
  /** Numbers of a stream that a later life would have given again: the mark on disk went back by so many. */
  readonly reused: number;
  /** A new life, unless it lives; resolves when its local API listens and the first outcomes are on their way to it. */
  start(): Promise<void>;
  /** Resolves when its log next names an event that begins so, in this life or a later one. */
  hears(event: string): Promise<void>;
  /** SIGKILL after `delayMs`, outcomes answered or not. @returns the state of each line as the disk has it then */
  kill(delayMs: number): Promise<Map<string, UpdateState>>;
  state(): Promise<AgentState>;
  /** Outcomes one after the other, under references of their own. @returns how many were answered with 200 */
  work(count: number): Promise<number>;
  /** Memory of its process, bytes. */
  residentBytes(): Promise<number>;
  /** Asks for one prediction. @throws Error when none is given */
  predicts(line: string): Promise<void>;
  /** As many predictions of the line as prove a model. */
  prove(line: string): Promise<void>;
}

/** Outcomes of one life: some are answered before the kill, some are not. */
const BURST = 4;
/** What an agent asks for that was told nothing else. */
const PROVE_RECORDS = 20;

export interface VictimOptions {
  /** It reaches the server's MQTT on this port of this machine: where a proxy listens. */
  throughPort?: number;
  /** More words of its command line. */
  args?: string[];
  environment?: Record<string, string>;
}

export async function createVictim(fleet: TestFleet, name: string, options: VictimOptions = {}): Promise<Victim> {
  const folder = join(fleet.folder, name);
  await enrol(folder, await fleet.code(name));
  if (options.throughPort !== undefined) await leadThrough(folder, options.throughPort);
  const compiled = join(fleet.folder, 'compiled');
  const main = await bundleProgram('plumbline-agent', { folder: fleet.folder, compiled });
  const marks = new Map<string, number>();
  let reused = 0;
  let life = 0;
  let worked = 0;
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

  const predict = async (line: string, count: number) => {
    const records = Array.from({ length: count }, (_, i) => ({
      activity: `${name}-${life}-${i}`,
      values: { a: i, b: life },
    }));
    const response = await post(`/v1/predict?line=${line}`, { records });
    if (!response.ok) throw new Error(await response.text());
  };

  const victim: Victim = {
    name,
    acknowledged: new Set(),
    get reused() {
      return reused;
    },
    async start() {
      if (program !== undefined) return;
      life += 1;
      const args = [
        'run',
        '--json',
        '--port',
        '0',
        '--state',
        folder,
        '--first-delay-ms',
        '50',
        ...(options.args ?? []),
      ];
      program = await startProgram('plumbline-agent', args, {
        compiled,
        onLogLine,
        main,
        ...(options.environment && { environment: options.environment }),
      });
      ({ listening: url } = program.ready as { listening: string });
      posting = Promise.allSettled(Array.from({ length: BURST }, (_, i) => postOutcome(`${name}-${life}-${i}`)));
    },
    hears: (event) =>
      new Promise((resolve) => {
        const listen = (line: string) => {
          if (!line.includes(`"msg":"${event}`)) return;
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
      const { states, nextSeqs } = await readDisk(folder);
      for (const [stream, nextSeq] of nextSeqs) {
        reused += Math.max(0, (marks.get(stream) ?? 0) - nextSeq);
        marks.set(stream, nextSeq);
      }
      return states;
    },
    state: async () => (await fetch(`${url}/v1/state`)).json() as Promise<AgentState>,
    async work(count) {
      const before = victim.acknowledged.size;
      for (let i = 0; i < count; i += 1) await postOutcome(`${name}-${life}-w${(worked += 1)}`);
      return victim.acknowledged.size - before;
    },
    async residentBytes() {
      const status = await readFile(`/proc/${program?.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    predicts: (line) => predict(line, 1),
    prove: (line) => predict(line, PROVE_RECORDS),
    async [Symbol.asyncDispose]() {
      await program?.end('SIGKILL');
    },
  };
  return victim;
}

/** What enrolment told it of the server's address, as if the server stood behind this port. */
async function leadThrough(folder: string, port: number): Promise<void> {
  const store = openSqliteStore({ path: join(folder, 'agent.sqlite') });
  try {
    const identity = await readIdentity(store);
    const through = (url: string) => url.replace(/:\d+/, `:${port}`);
    if (identity === undefined) throw new Error('it is not enrolled');
    const led = { ...identity, mqttUrl: through(identity.mqttUrl), webSocketUrl: '' };
    await store.commit([{ put: IDENTITY, value: stored(led) }]);
  } finally {
    await store.close();
  }
}

/** What the disk of a dead agent says: the state of each line, and the next number of each stream by its name. */
async function readDisk(folder: string) {
  const store = openSqliteStore({ path: join(folder, 'agent.sqlite') });
  try {
    const models = await readAll(store, UPDATES, updateModel);
    const heads = await readAll(store, 'stream/', streamHead);
    return {
      states: new Map(models.map(([, model]) => [model.line, model.state])),
      nextSeqs: new Map(heads.map(([, { stream, nextSeq }]) => [stream, nextSeq])),
    };
  } finally {
    await store.close();
  }
}
