import type { Clock } from '@plumbline/shared/ports';
import type { SimulatedBroker } from '@plumbline/shared/testing/world';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { createDispatcher, type Dispatcher } from '../../../platform/outbox/index.ts';
import { ArtifactError, type ArtifactStore, type Broker, type MessageHandler } from '../../../platform/ports/index.ts';
import type { Desk } from '../../../supply/keys/index.ts';
import { credentialsOf, refuseBarred } from '../../../sites/devices/index.ts';
import { createIngest, type Ingest } from '../../../insight/telemetry/index.ts';
import { versionsInUse } from '../../rollouts/index.ts';

/** A fleet server of its own for one rehearsal: real verbs on a database in memory, keys that nothing else trusts. */
export interface RehearsalServer {
  database: Database;
  artifacts: ArtifactStore;
  desk: Desk;
  versionsInUse: typeof versionsInUse;
  broker: Broker;
  dispatcher: Dispatcher;
  ingest: Ingest;
  clock: Clock;
  now: () => number;
}

/** What a transport does for the server: it is handed in, for it belongs to a later wing. */
export interface Attached {
  /** Everything to everybody: the broker retains nothing yet. */
  republish(): Promise<void>;
  /** Resolves when no message is being handled. */
  idle(): Promise<void>;
  /** What a server does again and again, whatever people do. */
  look(): Promise<void>;
}

export type Attach = (server: RehearsalServer) => Attached;

export interface ServerDeps {
  clock: Clock;
  simulated: SimulatedBroker;
  desk: Desk;
  attach: Attach;
  payload: (sha256: string) => Uint8Array | undefined;
  /** The server was handed something that takes turns of the real event loop. */
  touched: () => void;
}

export async function openRehearsalServer(deps: ServerDeps): Promise<RehearsalServer & { attached: Attached }> {
  const { clock, simulated, desk, payload } = deps;
  const database = await openDatabase({ url: 'sqlite::memory:', clock });
  const handlers: MessageHandler[] = [];
  const bytesOf = (sha256: string) => {
    const bytes = payload(sha256);
    if (bytes === undefined) throw new ArtifactError('artifact_not_found', `no artifact ${sha256}`);
    return bytes;
  };
  const hosted = simulated.host({
    async admit(clientId, username) {
      deps.touched();
      try {
        const device = await credentialsOf(database.db, clientId);
        refuseBarred(device.id, device.now);
        return username === `${device.site}/${device.id}`;
      } catch {
        return false;
      }
    },
    message(topic, bytes) {
      deps.touched();
      for (const handler of handlers) handler({ topic, payload: bytes });
    },
  });
  const server: RehearsalServer = {
    database,
    artifacts: {
      put: unused,
      // Payloads travel unpacked here, so that each is the archive itself.
      get: async (sha256) => bytesOf(sha256),
      has: async (sha256) => payload(sha256) !== undefined,
      read: async (sha256, offset, length) => bytesOf(sha256).slice(offset, offset + length),
    },
    desk,
    versionsInUse,
    broker: {
      publish: async (topic, bytes, options) => hosted.publish(topic, bytes, options),
      onMessage: (handler) => void handlers.push(handler),
      disconnect: async (clientId) => hosted.disconnect(clientId),
      close: async () => undefined,
    },
    dispatcher: createDispatcher({ database, clock }),
    ingest: createIngest({ database, now: clock.now }),
    clock,
    now: clock.now,
  };
  const attached = deps.attach(server);
  return { ...server, attached };
}

function unused(): Promise<never> {
  return Promise.reject(new Error('a rehearsal stores no artifacts'));
}
