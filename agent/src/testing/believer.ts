import {
  createMemoryCrypto,
  createSeededRandom,
  createVirtualClock,
  type VirtualClock,
} from '@plumbline/shared/testing';
import { block, decodeMessage, downFilter, parseTopic } from '@plumbline/shared/wire';
import { pinnedRootOf } from '../identity.ts';
import { createBlocks } from '../link/blocks.ts';
import { createChannel } from '../link/channel.ts';
import { openBeliefs, type Beliefs } from '../trust/beliefs.ts';
import type { Learned } from '../trust/learn.ts';
import { createMemoryBroker } from './memory-broker.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { DEVICE, mintIdentity, PROFILE, SITE, type Repository } from './mint.ts';
import { createSmallServer, type SmallServer } from './small-server.ts';

/** The beliefs of a device on a real block channel, without the device around them. */
export interface Believer {
  clock: VirtualClock;
  store: MemoryStore;
  server: SmallServer;
  beliefs: Beliefs;
  events: { code: string; details: Record<string, unknown> }[];
  /** The server holds this repository and the device hears of it. */
  tell(assignment: Uint8Array, repository: Repository): Promise<Learned | undefined>;
  /** The power goes, and comes back. */
  restart(): Promise<Believer>;
}

export interface BelieverInput {
  store?: MemoryStore;
  clock?: VirtualClock;
  /** Highest counter that ran here. */
  ran?: number;
}

export async function createBeliever(input: BelieverInput = {}): Promise<Believer> {
  const { store = createMemoryStore(), clock = createVirtualClock(), ran = 0 } = input;
  const random = createSeededRandom(1);
  const broker = createMemoryBroker();
  const server = createSmallServer(broker);
  const identity = await mintIdentity();
  const channel = createChannel(identity);
  const blocks = createBlocks({ clock, random, channel });
  const connection = await broker.link.connect({
    endpoints: [],
    trust: { cas: [], timeFloor: 0 },
    clientId: DEVICE,
    username: `${SITE}/${DEVICE}`,
    password: '',
    will: { topic: 'none', payload: new Uint8Array() },
    onMessage: (topic, payload) => {
      if (parseTopic(topic)?.channel === 'blk') blocks.received(decodeMessage(block, payload));
    },
    onClose: () => undefined,
  });
  await connection.subscribe(downFilter(SITE, DEVICE));
  channel.open(connection);
  const events: Believer['events'] = [];
  const beliefs = await openBeliefs({
    store,
    clock,
    crypto: createMemoryCrypto(random),
    blocks,
    identity,
    pinned: pinnedRootOf(identity),
    profile: PROFILE,
    ranCounter: () => ran,
    event: (code, details) => events.push({ code, details }),
  });
  return {
    clock,
    store,
    server,
    beliefs,
    events,
    tell(assignment, repository) {
      server.hold(repository);
      return beliefs.accept({ assignment, timestamp: repository.timestamp });
    },
    restart: () => createBeliever({ ...input, clock, store: store.crash() }),
  };
}
