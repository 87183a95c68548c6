import {
  createMemoryCrypto,
  createSeededRandom,
  createVirtualClock,
  type VirtualClock,
} from '@plumbline/shared/testing';
import { createAgent, type Agent } from '../agent.ts';
import type { AgentEvent, AgentOptions } from '../options.ts';
import type { Ports } from '../ports/index.ts';
import { stored } from '../store/json.ts';
import { IDENTITY } from '../store/keys.ts';
import { createLinearInference, createLinearTrial, type LinearInference } from './linear-inference.ts';
import { createMemoryBroker, type MemoryBroker } from './memory-broker.ts';
import { createMemoryFiles, type MemoryFiles } from './memory-files.ts';
import { createMemoryHost, type MemoryHost } from './memory-host.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { mintIdentity, PROFILE } from './mint.ts';
import { createSmallServer, type SmallServer } from './small-server.ts';

/** An enrolled device, its disk, its network and its server, in one process under one virtual clock. */
export interface TestDevice {
  clock: VirtualClock;
  broker: MemoryBroker;
  server: SmallServer;
  inference: LinearInference;
  host: MemoryHost;
  events: AgentEvent[];
  agent(): Agent;
  store(): MemoryStore;
  files(): MemoryFiles;
  start(): Promise<void>;
  /** Lets time pass in small steps, so that long chains of promises come to their end. */
  pass(ms: number): Promise<void>;
  /** Loses what was not durable and starts again from the disk. */
  crash(): Promise<void>;
  /** The process ends and finds an empty store at its next start, which is the caller's; files stay as they are. */
  loseStore(): Promise<void>;
}

const STEP_MS = 100;
const TIMING = { firstDelayMs: 1000, maxDelayMs: 8000, ackTimeoutMs: 2000, blockTimeoutMs: 2000 };

/** @param places where models run, when it is not the linear stand-in: a trial in real processes, for instance; who is near */
export async function createTestDevice(
  options: Partial<AgentOptions> = {},
  startAt?: number,
  places: Partial<Pick<Ports, 'trial' | 'inference' | 'nearby'>> = {},
): Promise<TestDevice> {
  // The predictor loads it at the first question with reasons, in turns of the real event loop that no virtual clock orders.
  await import('@plumbline/shared/predict/explain');
  const clock = createVirtualClock(startAt);
  const random = createSeededRandom(7);
  const crypto = createMemoryCrypto(random);
  const broker = createMemoryBroker();
  const server = createSmallServer(broker);
  const inference = createLinearInference();
  const trial = createLinearTrial(inference);
  const host = createMemoryHost();
  const events: AgentEvent[] = [];
  let store = createMemoryStore();
  let files = createMemoryFiles();
  await store.commit([{ put: IDENTITY, value: stored(await mintIdentity()) }]);

  const endProcess = async () => {
    // The disk dies under the old process first; stopping it then only ends its timers.
    store = store.crash();
    files = files.crash();
    broker.drop();
    await agent.stop().catch(() => undefined);
  };
  const make = (): Agent => {
    const ports: Ports = { clock, random, crypto, store, files, link: broker.link, inference, trial, host, ...places };
    return createAgent(ports, {
      profile: PROFILE,
      agentVersion: '0.1.0',
      timing: TIMING,
      onEvent: (event) => events.push(event),
      ...options,
    });
  };
  let agent = make();

  return {
    clock,
    broker,
    server,
    inference,
    host,
    events,
    agent: () => agent,
    store: () => store,
    files: () => files,
    start: () => agent.start(),
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += STEP_MS) await clock.advance(Math.min(STEP_MS, ms - passed));
    },
    async crash() {
      await endProcess();
      agent = make();
      await agent.start();
    },
    async loseStore() {
      await endProcess();
      store = createMemoryStore();
      agent = make();
    },
  };
}
