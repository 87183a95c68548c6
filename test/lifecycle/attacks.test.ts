import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFleetServer, readConfig } from '@plumbline/fleet-server';
import { createLog } from '@plumbline/agent/node';
import { signDocument, type AssignedModel, type AssignmentDocument } from '@plumbline/shared/trust';
import { downTopic, encodeFrame } from '@plumbline/shared/wire';
import { createClient } from '../../fleet-server/src/entry/approver/index.ts';
import { lineDocumentBytes, type VersionSummary } from '../../fleet-server/src/supply/models/index.ts';
import {
  createFleet,
  createOperator,
  eventually,
  SITE,
  tinyModel,
  tinyScore,
  type Device,
  type TestFleet,
} from '../harness/index.ts';

const RECORD = { values: { a: 0.5, b: 1 }, asOf: 0 };

describe('an attack on the arrow', () => {
  let fleet: TestFleet;
  let gateway: Device;
  let flipping = false;

  beforeEach(async () => {
    flipping = false;
    const alterBlock = (bytes: Uint8Array) => (flipping ? flipped(bytes) : bytes);
    fleet = await createFleet({ agents: 1, faults: { alterBlock } });
    const [only] = fleet.devices;
    if (only === undefined) throw new Error('no gateway');
    gateway = only;
    await fleet.publish(tinyModel('delay', 0));
    await fleet.assign(gateway.name, 'delay', '1.0.0');
    await gateway.reaches('proving', 'delay', '1.0.0');
    await stillPredictsTheOld();
    await gateway.reaches('committed', 'delay', '1.0.0');
  });
  afterEach(() => fleet[Symbol.asyncDispose]());

  const stillPredictsTheOld = async () => {
    const [prediction] = await gateway.agent.predict([RECORD]);
    expect(prediction).toMatchObject({ version: '1.0.0', score: expect.closeTo(tinyScore(0, 0.5, 1), 6) });
  };

  it('by a flipped bit on the way is refused by its hash, before anything is unpacked', async () => {
    await fleet.publish(tinyModel('delay', 9));
    flipping = true;
    await fleet.assign(gateway.name, 'delay', '1.0.1');
    await eventually('it is refused', () => gateway.line('delay')?.state === 'refused');
    expect(gateway.line('delay')).toMatchObject({ reason: 'bad_hash', running: { version: '1.0.0' }, active: 'A' });
    await stillPredictsTheOld();
    await eventually('the server knows why', async () => {
      const { report } = await fleet.view(gateway.name);
      return report?.models[0]?.reason === 'bad_hash';
    });

    flipping = false;
    await fleet.publish(tinyModel('delay', 8));
    await fleet.assign(gateway.name, 'delay', '1.0.2');
    await gateway.reaches('proving', 'delay', '1.0.2');
  });

  it('by a server with another root installs nothing, also when its own approver has signed', async () => {
    const stateDir = join(fleet.folder, 'impostor');
    const { url, mqttUrl } = fleet.server;
    await fleet.server.close();
    await cp(fleet.stateDir, stateDir, { recursive: true });
    await rm(join(stateDir, 'keys'), { recursive: true });
    const impostor = await createFleetServer(
      readConfig({
        PLUMBLINE_STATE: stateDir,
        PLUMBLINE_DEVELOPMENT: '1',
        PLUMBLINE_HTTP_PORT: new URL(url).port,
        PLUMBLINE_MQTT_PORT: new URL(mqttUrl).port,
        PLUMBLINE_WS_PORT: '0',
      }),
      { advanceByTimer: false, log: createLog('error', { write: () => true }) },
    );
    try {
      const { operatorToken, trial } = impostor.fleet;
      const operator = createOperator(createClient({ url: impostor.url, operatorToken }), stateDir, trial);
      await operator.publish(tinyModel('cost', 9));
      await operator.assign(gateway.name, 'cost', '1.0.0');
      const refusal = await eventually('it is refused', () =>
        gateway.events.find(({ code }) => code === 'assignment_refused'),
      );
      expect(refusal.details).toMatchObject({ reason: 'key_unknown' });
      expect(gateway.agent.state().assignmentSeq).toBe(1);
      expect(gateway.line('delay')).toMatchObject({ state: 'committed', running: { version: '1.0.0' } });
      expect(gateway.agent.state().counters.blocksFetched).toBe(1);
      await stillPredictsTheOld();
    } finally {
      await impostor.close();
    }
  });

  it('by a server that releases alone is refused: the builder has signed, and nobody else', async () => {
    const version = await fleet.submit(tinyModel('delay', 9));
    const { database, keys, broker } = fleet.server.fleet;
    const draft = await lineDocumentBytes(database.db, 'delay', 2);
    const model = await fleet.client.get<VersionSummary>(`/api/v1/models/delay/${version}`);
    const lines = [draft ?? new Uint8Array()];
    const assignment = signDocument({ ...assignmentOf(gateway.name, assignedOf(model)) }, [keys.director]);
    const frame = encodeFrame({ assignment, lines });
    await broker.publish(downTopic(SITE, gateway.name, 'desired'), frame, { retain: true });

    await eventually('it is refused', () => gateway.line('delay')?.state === 'refused');
    expect(gateway.line('delay')).toMatchObject({ reason: 'bad_signature', running: { version: '1.0.0' } });
    expect(gateway.agent.state().counters.blocksFetched).toBe(1);
    await stillPredictsTheOld();
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  const altered = bytes.slice();
  altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1;
  return altered;
}

function assignedOf({ line, counter, variants: [variant] }: VersionSummary): AssignedModel {
  const [payload] = variant?.payloads ?? [];
  if (variant === undefined || payload === undefined) throw new Error('no variant');
  const path = `models/${line}/${counter}/${variant.variant}.plb`;
  const { archiveBytes: length, archive: sha256 } = variant;
  return { model: line, path, length, sha256, releaseCounter: counter, payload };
}

function assignmentOf(device: string, model: AssignedModel): AssignmentDocument {
  const now = Date.now();
  return {
    type: 'assignment',
    v: 1,
    site: SITE,
    device,
    seq: 2,
    issued: now,
    expires: now + 3_600_000,
    nonce: '0123456789abcdef',
    models: [model],
    settings: {},
    floors: {},
    timeFloor: now,
  };
}
