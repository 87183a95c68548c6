import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog, createProcessTrial } from '@plumbline/agent/node';
import { createFleetServer, readConfig, type FleetServer } from '@plumbline/fleet-server';
import { createSigner, type Signer } from '@plumbline/shared/trust';
import { createClient } from '../../fleet-server/src/entry/approver/index.ts';
import { keyFileOf, openDesk, readSigner } from '../../fleet-server/src/supply/keys/index.ts';
import { createOperator, type Operator, type TestFleet } from '../harness/index.ts';

/** A server on the folders of another one, at its address, in the hands of somebody else. */
export interface Thief extends AsyncDisposable {
  server: FleetServer;
  operator: Operator;
  keys: OnlineKeys;
  /** Offsets of the pieces of models that were served. */
  blocks: number[];
}

/** The private keys themselves: no signer process asks what they sign. */
export interface OnlineKeys {
  director: Signer;
  builder: Signer;
  timestamp: Signer;
  snapshot: Signer;
}

/** A key that no document names. */
export const OWN = createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(66) });

/** Everything that lies with the server is his; the offline keys and the approver's lie elsewhere. */
const ELSEWHERE = ['keys/offline', 'keys/approver'];

/** Ends the real server, and starts the thief's where devices look for it. `fleet.restart()` brings the real one back. */
export async function stealServer(fleet: TestFleet): Promise<Thief> {
  const { url, mqttUrl } = fleet.server;
  await fleet.server.close();
  const stateDir = join(fleet.folder, 'stolen');
  const left = ELSEWHERE.map((path) => join(fleet.stateDir, path));
  await cp(fleet.stateDir, stateDir, { recursive: true, filter: (path) => !left.includes(path) });
  return startImpostor(stateDir, { url, mqttUrl });
}

/** Starts a server on the folder at the address of another, which has ended. */
export async function startImpostor(stateDir: string, at: { url: string; mqttUrl: string }): Promise<Thief> {
  const blocks: number[] = [];
  const alterBlock = (bytes: Uint8Array, offset: number) => {
    blocks.push(offset);
    return bytes;
  };
  const server = await createFleetServer(
    readConfig({
      PLUMBLINE_STATE: stateDir,
      PLUMBLINE_DEVELOPMENT: '1',
      PLUMBLINE_HTTP_PORT: new URL(at.url).port,
      PLUMBLINE_MQTT_PORT: new URL(at.mqttUrl).port,
    }),
    { advanceByTimer: false, openDesk, faults: { alterBlock }, log: createLog('error', { write: () => true }) },
  );
  const { operatorToken } = server.fleet;
  const trial = createProcessTrial();
  const client = createClient({ url: server.url, operatorToken, ...(server.caPem && { caPem: server.caPem }) });
  return {
    server,
    operator: createOperator(client, stateDir, trial),
    keys: await onlineKeysOf(stateDir),
    blocks,
    async [Symbol.asyncDispose]() {
      await trial.close();
      await server.close();
    },
  };
}

export async function onlineKeysOf(stateDir: string): Promise<OnlineKeys> {
  const read = (role: keyof OnlineKeys) => readSigner(join(stateDir, 'keys', keyFileOf(role)));
  return {
    director: await read('director'),
    builder: await read('builder'),
    timestamp: await read('timestamp'),
    snapshot: await read('snapshot'),
  };
}
