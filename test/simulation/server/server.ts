import { messageOf } from '@plumbline/shared/errors';
import type { SiteLogEntry } from '@plumbline/shared/activity';
import { createLife, type Chance, type Life, type SimulatedBroker } from '@plumbline/shared/testing/world';
import type { Clock } from '@plumbline/shared/ports';
import type { DeviceSettings } from '@plumbline/shared/trust';
import type { Broker, MessageHandler } from '../../../fleet-server/src/platform/ports/index.ts';
import type { Fleet } from '../../../fleet-server/src/entry/fleet.ts';
import { attachMqtt, type Faults } from '../../../fleet-server/src/entry/mqtt/index.ts';
import { createUpkeep } from '../../../fleet-server/src/entry/upkeep.ts';
import { createIngest } from '../../../fleet-server/src/insight/telemetry/index.ts';
import { createDispatcher } from '../../../fleet-server/src/platform/outbox/index.ts';
import type { Database } from '../../../fleet-server/src/platform/db/index.ts';
import { appendEntries } from '../../../fleet-server/src/sites/activities/index.ts';
import { assignModel, credentialsOf, refuseBarred } from '../../../fleet-server/src/sites/devices/index.ts';
import { CA_PEM, DEVICE, FLEET, SITE } from '../../../agent/src/testing/mint.ts';
import { lend, type DatabaseFaults } from './faulty-database.ts';
import type { CatalogueEntry } from './releases.ts';

/** The fleet server of a simulation: real verbs and handlers on a database that outlives every life of it. */
export interface SimulatedServer {
  /** What is committed, read without faults. */
  database: Database;
  isUp(): boolean;
  start(): Promise<void>;
  /** The power goes; the retained store of the embedded broker goes with it. */
  powerCut(): void;
  /** Ends for good: the world is over. */
  end(): Promise<void>;
  /** Signs the desired state of the device. @throws what the database or the verb throws, and then nothing was assigned */
  assign(release: CatalogueEntry, settings: DeviceSettings): Promise<number>;
  /** People at head office write into the log of the site. */
  append(entries: readonly SiteLogEntry[]): Promise<void>;
  /** Metadata that would expire is signed again, as a server does every hour. */
  upkeep(): Promise<void>;
}

export interface ServerDeps {
  clock: Clock;
  chance: Chance;
  broker: SimulatedBroker;
  database: Database;
  databaseFaults: DatabaseFaults;
  /** Bytes of a released payload, by hash. */
  payload: (sha256: string) => Uint8Array | undefined;
  faults: Faults;
  /** Work was handed to the server that takes turns of the real event loop. */
  touched: () => void;
  note: (what: string) => void;
}

const RESTART_MS = { min: 2000, max: 60_000 };
const unused = () => Promise.reject(new Error('not part of this simulation'));
const DESK: Fleet['desk'] = {
  ...FLEET,
  caPem: CA_PEM,
  issueDeviceCertificate: unused,
  issueServerCertificate: unused,
  close: async () => undefined,
};

interface Running {
  life: Life;
  fleet: Fleet;
  look: () => Promise<void>;
}

export function createServer(deps: ServerDeps): SimulatedServer {
  const { clock, chance, broker, database, databaseFaults, note } = deps;
  let running: Running | undefined;

  const powerCut = () => {
    if (running === undefined) return;
    const { life } = running;
    running = undefined;
    note('server power cut');
    life.end();
    const delayMs = chance.integer(RESTART_MS.min, RESTART_MS.max);
    clock.after(delayMs, () => void server.start());
  };

  const alive = (): Running => {
    if (running === undefined) throw new Error('the server is down');
    return running;
  };

  const server: SimulatedServer = {
    database,
    isUp: () => running !== undefined,
    async start() {
      if (running !== undefined) return;
      const life = createLife(clock);
      const lent = lend(database, { life, chance, faults: databaseFaults, powerCut });
      const handlers: MessageHandler[] = [];
      const hosted = broker.host({
        async admit(clientId, username) {
          deps.touched();
          try {
            const device = await credentialsOf(database.db, clientId);
            refuseBarred(device.id, device.now);
            return username === `${device.site}/${device.id}`;
          } catch {
            note(`server refuses ${clientId}`);
            return false;
          }
        },
        message(topic, payload) {
          if (!life.isAlive()) return;
          deps.touched();
          for (const handler of handlers) handler({ topic, payload });
        },
      });
      life.onEnd(hosted.crash);
      const fleetBroker: Broker = {
        publish: async (topic, payload, options) => {
          if (life.isAlive()) hosted.publish(topic, payload, options);
        },
        onMessage: (handler) => void handlers.push(handler),
        disconnect: async (clientId) => hosted.disconnect(clientId),
        close: async () => undefined,
      };
      const now = clock.now;
      const fleet: Fleet = {
        database: lent,
        artifacts: {
          put: unused,
          get: unused,
          has: async (sha256) => deps.payload(sha256) !== undefined,
          async read(sha256, offset, length) {
            const bytes = deps.payload(sha256);
            if (bytes === undefined) throw new Error(`no artifact ${sha256}`);
            return bytes.slice(offset, offset + length);
          },
        },
        desk: DESK,
        versionsInUse: async () => [],
        lab: {
          run: unused,
          race: unused,
          hold: () => ({ run: unused, close: async () => undefined }),
          close: async () => undefined,
        },
        broker: fleetBroker,
        dispatcher: createDispatcher({ database: lent, clock: life.clock }),
        events: { follow: unused, readers: () => 0, close: () => undefined },
        webhookRules: { allow: [], development: false },
        ingest: createIngest({ database: lent, now }),
        clock: life.clock,
        now,
        log: logTo(note),
        publicUrl: 'https://fleet.example:8443',
        mqttUrl: 'mqtts://fleet.example:8883',
        webSocketUrl: 'wss://fleet.example:8443/mqtt',
        operatorToken: 'operator',
        auditKey: '',
      };
      running = { life, fleet, look: createUpkeep(fleet).look };
      const edge = attachMqtt(fleet, deps.faults);
      note('server started');
      try {
        await fleet.dispatcher.start();
        await edge.republish();
      } catch (error) {
        note(`server cannot start: ${messageOf(error)}`);
        // A server that cannot read its database ends, and is started again.
        powerCut();
      }
    },
    powerCut,
    async end() {
      running?.life.end();
      running = undefined;
      await database.close();
    },
    async assign(release, settings) {
      const { fleet } = alive();
      const order = { device: DEVICE, model: release.assigned, version: release.version, cause: 'direct', settings };
      const { seq } = await fleet.database.transaction((tx) => assignModel(tx, fleet, 'simulation', order));
      note(`server assigned ${release.name} seq ${seq}`);
      return seq;
    },
    async append(entries) {
      await alive().fleet.database.transaction((tx) => appendEntries(tx, SITE, entries));
    },
    upkeep: async () => running?.look(),
  };
  return server;
}

function logTo(note: (what: string) => void): Fleet['log'] {
  const say = (details: { code?: unknown; topic?: unknown }, message: string) =>
    note(`server log: ${message} ${String(details.code ?? '')} ${String(details.topic ?? '')}`);
  return { warn: say, info: say, error: say, debug: say } as unknown as Fleet['log'];
}
