import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, createProcessTrial } from '@plumbline/agent/node';
import { createFleetServer, readConfig, type FleetServer } from '@plumbline/fleet-server';
import type { Faults } from '../../fleet-server/src/entry/mqtt/index.ts';
import { createClient } from '../../fleet-server/src/entry/approver/index.ts';
import { makeDevelopmentKeys, openDesk } from '../../fleet-server/src/supply/keys/index.ts';
import { enrol, startDevice, type Device } from './device.ts';
import { createOperator, type Operator } from './operator.ts';

export interface FleetOptions {
  /** Lines that the development keys delegate. */
  lines?: string[];
  /** Gateways enrolled and started: `gateway-1` … */
  agents?: number;
  faults?: Faults;
  /** Settings of the server beside its folder and ports, as its environment names them. */
  environment?: Record<string, string>;
  /** What is cut and restored, when the broker is not the server's own. */
  broker?: { stop(): Promise<void>; start(): Promise<void> };
}

/** The whole system in one process: a server, an approver and gateways, in one temporary folder. */
export interface TestFleet extends Operator, AsyncDisposable {
  folder: string;
  /** The server of the moment: a restart makes another. */
  readonly server: FleetServer;
  readonly devices: Device[];
  /** Lines of the server's log, parsed. */
  readonly log: Record<string, unknown>[];
  /** Offsets of the blocks that were served, in their order. */
  readonly blocks: number[];
  /** One more gateway: code, enrolment, first start. */
  add(device: string, tags?: string[]): Promise<Device>;
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** Ends the server: nobody answers on its ports until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends the server and starts it anew on the same folder and ports; its embedded broker forgets what was retained. */
  restart(): Promise<void>;
  stateDir: string;
}

export async function createFleet(options: FleetOptions = {}): Promise<TestFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-fleet-'));
  const stateDir = join(folder, 'server');
  const log: Record<string, unknown>[] = [];
  const blocks: number[] = [];
  const faults: Faults = {
    ...options.faults,
    alterBlock(bytes, offset) {
      blocks.push(offset);
      return options.faults?.alterBlock?.(bytes, offset) ?? bytes;
    },
  };
  const start = (ports: { http: string; mqtt: string }) =>
    createFleetServer(
      readConfig({
        ...options.environment,
        PLUMBLINE_STATE: stateDir,
        PLUMBLINE_DEVELOPMENT: '1',
        PLUMBLINE_HTTP_PORT: ports.http,
        PLUMBLINE_MQTT_PORT: ports.mqtt,
      }),
      {
        advanceByTimer: false,
        openDesk,
        faults,
        log: createLog('info', { write: (line) => log.push(JSON.parse(line)) }),
      },
    );
  const { lines = ['delay', 'iris'] } = options;
  await makeDevelopmentKeys(join(stateDir, 'keys'), Date.now(), { lines });
  let server = await start({ http: '0', mqtt: '0' });
  const { operatorToken } = server.fleet;
  const ports = { http: portOf(server.url), mqtt: portOf(server.mqttUrl) };
  // By address: the names of a test are known to its browser alone.
  const url = server.url.replace(/[^/]+$/, `127.0.0.1:${ports.http}`);
  const client = createClient({ url, operatorToken, ...(server.caPem && { caPem: server.caPem }) });
  const trial = createProcessTrial();
  const operator = createOperator(client, stateDir, trial);
  const devices: Device[] = [];

  const fleet: TestFleet = {
    ...operator,
    folder,
    stateDir,
    devices,
    log,
    blocks,
    get server() {
      return server;
    },
    async add(name, tags) {
      const state = join(folder, name);
      await enrol(state, await operator.code(name, tags));
      const device = await startDevice(name, state, trial);
      devices.push(device);
      return device;
    },
    cut: () => (options.broker ? options.broker.stop() : server.cutBroker()),
    restore: () => (options.broker ? options.broker.start() : server.restoreBroker()),
    stop: () => server.close(),
    async start() {
      server = await start(ports);
    },
    async restart() {
      await fleet.stop();
      await fleet.start();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(devices.map((device) => device.stop()));
      await trial.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (let i = 1; i <= (options.agents ?? 0); i += 1) await fleet.add(`gateway-${i}`);
  return fleet;
}

function portOf(url: string): string {
  return /:(\d+)/.exec(url)?.[1] ?? '0';
}
