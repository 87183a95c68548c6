import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  lineDrafts,
  modelPayloads,
  modelVariants,
  modelVersions,
  openDatabase,
  repositoryMetadata,
} from '../../fleet-server/src/platform/db/index.ts';
import { systemClock } from '../../fleet-server/src/platform/adapters/index.ts';
import { keyFileOf, makeDevelopmentKeys, repositoryFile } from '../../fleet-server/src/supply/keys/index.ts';
import { createFleet, eventually, tinyModel, type Device, type TestFleet } from '../harness/index.ts';
import { expectUnharmed, refuses, takeEvidence, type Evidence } from './evidence.ts';
import { startImpostor } from './thief.ts';

describe('an attack on the way to the device', () => {
  let fleet: TestFleet;
  let gateway: Device;
  let before: Evidence;
  let flipping = false;

  beforeEach(async () => {
    flipping = false;
    const alterBlock = (bytes: Uint8Array) => (flipping ? flipped(bytes) : bytes);
    fleet = await createFleet({ faults: { alterBlock } });
    gateway = await fleet.add('gateway-1');
    await fleet.publish(tinyModel('delay', 0));
    await fleet.assign(gateway.name, 'delay', '1.0.0');
    await gateway.reaches('proving', 'delay', '1.0.0');
    before = await takeEvidence(gateway, '1.0.0', 0);
    await gateway.reaches('committed', 'delay', '1.0.0');
  });
  afterEach(() => fleet[Symbol.asyncDispose]());

  it('by a flipped bit is refused by its hash, before anything is unpacked', async () => {
    await fleet.publish(tinyModel('delay', 9));
    flipping = true;
    await fleet.assign(gateway.name, 'delay', '1.0.1');
    await gateway.reaches('refused', 'delay');
    expect(gateway.line('delay')).toMatchObject({ reason: 'bad_hash', running: { version: '1.0.0' }, active: 'A' });
    await expectUnharmed(gateway, before);
    await eventually('the server knows why', async () => {
      const { report } = await fleet.view(gateway.name);
      return report?.models[0]?.reason === 'bad_hash';
    });

    flipping = false;
    await fleet.publish(tinyModel('delay', 8));
    await fleet.assign(gateway.name, 'delay', '1.0.2');
    await gateway.reaches('proving', 'delay', '1.0.2');
  });

  it('by a server with keys of its own is cut off at TLS: it is told nothing', async () => {
    const stateDir = await impostorOf(fleet);
    const from = gateway.events.length;
    await using impostor = await startImpostor(stateDir, fleet.server);
    await eventually('the device has tried', () =>
      gateway.events.slice(from).find(({ details }) => details['problem'] === 'tls_intercepted'),
    );
    expect(gateway.agent.state().connected).toBe(false);
    await expectUnharmed(gateway, before);
    expect(impostor.blocks).toEqual([]);
  });

  it('by a server with the very same CA, but another root and an approver of its own, installs nothing', async () => {
    const stateDir = await impostorOf(fleet);
    for (const file of [keyFileOf('ca'), repositoryFile.ca]) {
      await writeFile(join(stateDir, 'keys', file), await readFile(join(fleet.stateDir, 'keys', file)));
    }
    // Already the timestamp over the old assignment, which is sent again at once, is refused; the rest is told no more.
    const from = gateway.events.length;
    await using impostor = await startImpostor(stateDir, fleet.server);
    await gateway.connects();
    await impostor.operator.publish(tinyModel('delay', 9));
    await impostor.operator.assign(gateway.name, 'delay', '1.0.0');
    await refuses(gateway, 'below_threshold', from);
    expect(gateway.agent.state().assignmentSeq).toBe(1);
    expect(impostor.blocks).toEqual([]);
    await expectUnharmed(gateway, before);
  });
});

/** Ends the server, and makes a folder that knows its devices, but has keys and models of its own. */
async function impostorOf(fleet: TestFleet): Promise<string> {
  const stateDir = join(fleet.folder, 'impostor');
  await fleet.server.close();
  await cp(fleet.stateDir, stateDir, { recursive: true });
  await rm(join(stateDir, 'keys'), { recursive: true });
  await makeDevelopmentKeys(join(stateDir, 'keys'), Date.now());
  const database = await openDatabase({ url: `sqlite:${join(stateDir, 'fleet.sqlite')}`, clock: systemClock });
  await database.transaction(async (tx) => {
    for (const table of [lineDrafts, modelPayloads, modelVariants, modelVersions, repositoryMetadata]) {
      await tx.delete(table);
    }
  });
  await database.close();
  return stateDir;
}

function flipped(bytes: Uint8Array): Uint8Array {
  const altered = bytes.slice();
  altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1;
  return altered;
}
