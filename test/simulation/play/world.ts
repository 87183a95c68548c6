import {
  createMemoryCrypto,
  createSeededRandom,
  createVirtualClock,
  type VirtualClock,
} from '@plumbline/shared/testing';
import {
  createBroker,
  createChance,
  createTrace,
  createWeather,
  type Chance,
  type SimulatedBroker,
  type Trace,
  type Weather,
} from '@plumbline/shared/testing/world';
import { parseTopic } from '@plumbline/shared/wire';
import type { Faults } from '../../../fleet-server/src/entry/mqtt/index.ts';
import { ISSUED } from '../../../agent/src/testing/mint.ts';
import { createBlockCheck, type BlockCheck } from '../checks/blocks.ts';
import { createLedger, type Ledger } from '../checks/ledger.ts';
import { createPaceCheck, type PaceCheck } from '../checks/pace.ts';
import { createRowHistory, type RowHistory } from '../checks/rows.ts';
import { createTrustCheck, type TrustCheck } from '../checks/trust.ts';
import { createTruthCheck, type TruthCheck } from '../checks/truth.ts';
import { createDevice, createDeviceCrypto, type SimulatedDevice } from '../device/device.ts';
import { openWorldDatabase } from '../server/database.ts';
import { createDatabaseFaults, type DatabaseFaults } from '../server/faulty-database.ts';
import { openCatalogue, type Catalogue } from '../server/releases.ts';
import { createServer, type SimulatedServer } from '../server/server.ts';

/** One device, one server, the network between them, and those who watch: everything that happens follows from the seed. */
export interface World extends AsyncDisposable {
  clock: VirtualClock;
  chance: Chance;
  trace: Trace;
  note: (what: string) => void;
  weather: Weather;
  broker: SimulatedBroker;
  server: SimulatedServer;
  databaseFaults: DatabaseFaults;
  /** What the server does on purpose; replaced as a simulation goes. */
  serverFaults: Faults;
  device: SimulatedDevice;
  catalogue: Catalogue;
  ledger: Ledger;
  checks: { rows: RowHistory; truth: TruthCheck; trust: TrustCheck; pace: PaceCheck; blocks: BlockCheck };
  /** Faults that were put into this world beside those of the network and of both disks, which count for themselves. */
  injected: { count: number };
  /** Whoever wants to look at the device whenever something changed on it. */
  hooks: { moved?: () => void };
  /** Blocks that were destroyed or given up after they had been fetched. */
  excusedBlocks: { count: number };
  /** How long a device may be without an answer: 0 unless the class of fault takes every copy of a model. */
  patience: { ms: number };
}

/** Of the largest release in the catalogue. */
export const MAX_PAYLOAD_BLOCKS = 4;
/** Rounds of the event loop that a message to the server may need beside its own: one for each group that is committed. */
const SERVER_TURNS = 3;
/** Steps without a millisecond of progress. */
const MAX_STEPS_AT_ONCE = 50_000;

export async function createWorld(seed: number): Promise<World> {
  const catalogue = await openCatalogue();
  const turns = { owed: 0 };
  const clock = createVirtualClock(ISSUED, {
    settle: settler(
      turns,
      () => clock.now(),
      () => checks.pace.isHopeless(),
    ),
  });
  const chance = createChance(seed);
  const trace = createTrace(ISSUED);
  const note = (what: string) => trace.note(clock.now(), what);
  const ledger = createLedger(note);
  const weather = createWeather();
  const broker = createBroker({ clock, weather, chance: chance.branch('network'), note });
  const crypto = createDeviceCrypto(createMemoryCrypto(createSeededRandom(1)));
  const database = await openWorldDatabase(clock, catalogue, await crypto.devicePublicKey());
  const databaseFaults = createDatabaseFaults();
  const serverFaults: Faults = {};
  const payloads = new Map(catalogue.releases.map(({ assigned, payload }) => [assigned.payload.sha256, payload]));
  const server = createServer({
    clock,
    chance: chance.branch('server'),
    broker,
    database,
    databaseFaults,
    payload: (sha256) => payloads.get(sha256),
    faults: { alterBlock: (bytes, offset) => serverFaults.alterBlock?.(bytes, offset) ?? bytes },
    touched: () => {
      turns.owed = SERVER_TURNS;
    },
    note,
  });
  const checks: World['checks'] = {
    rows: createRowHistory(ledger),
    truth: createTruthCheck(catalogue, ledger),
    trust: createTrustCheck(ledger),
    pace: createPaceCheck(clock.now, ledger),
    blocks: createBlockCheck(catalogue),
  };
  const hooks: World['hooks'] = {};
  const device: SimulatedDevice = await createDevice({
    clock,
    chance: chance.branch('device'),
    broker,
    crypto,
    note,
    witness: {
      committed: checks.rows.committed,
      opened: checks.rows.opened,
      loading: checks.truth.loading,
      event: () => undefined,
      io() {
        checks.pace.io();
        if (checks.pace.isHopeless()) device.powerCut();
      },
      moved: () => hooks.moved?.(),
      dials: checks.pace.dialled,
      connected: () => note('link open'),
      closed: () => note('link closed'),
      sends(topic, payload) {
        note(`up ${topic} ${payload.length}`);
        checks.pace.sent(topic);
        const channel = parseTopic(topic)?.channel;
        if (channel === 'tel') checks.rows.sent(payload);
        if (channel === 'report') checks.truth.reported(payload, device.openModels());
      },
      hears(topic, payload) {
        note(`dn ${topic} ${payload.length}`);
        if (parseTopic(topic)?.channel === 'blk') checks.blocks.heard(payload);
      },
    },
  });
  device.enrol();
  return {
    clock,
    chance,
    trace,
    note,
    weather,
    broker,
    server,
    databaseFaults,
    serverFaults,
    device,
    catalogue,
    ledger,
    checks,
    injected: { count: 0 },
    hooks,
    excusedBlocks: { count: 0 },
    patience: { ms: 0 },
    [Symbol.asyncDispose]: () => server.end(),
  };
}

function settler(turns: { owed: number }, now: () => number, isHopeless: () => boolean): () => Promise<void> {
  const at = { now: 0, steps: 0 };
  return async () => {
    at.steps = at.now === now() ? at.steps + 1 : 0;
    at.now = now();
    if (at.steps > MAX_STEPS_AT_ONCE) throw new Error(`${MAX_STEPS_AT_ONCE} steps and no time passes`);
    if (isHopeless()) throw new Error('this world is given up: something in it does not wait');
    await turn();
    for (; turns.owed > 0; turns.owed -= 1) await turn();
  };
}

/** The microtask queue is empty when it resolves. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
