import { request } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '@plumbline/agent/node';
import { createFleetServer, readConfig } from '@plumbline/fleet-server';
import { createConnectToken, formatEnrolmentCode, parseEnrolmentCode, toBase64 } from '@plumbline/shared/trust';
import { encodeFrame, upTopic, type UpChannel } from '@plumbline/shared/wire';
import { countTelemetry } from '../../fleet-server/src/insight/telemetry/index.ts';
import { readAddress } from '../../fleet-server/src/state-folder.ts';
import { createFleet, enrol, eventually, SITE, tinyModel, type Device, type TestFleet } from '../harness/index.ts';

let fleet: TestFleet;
let gateway: Device;

beforeAll(async () => {
  fleet = await createFleet({ agents: 1, environment: { PLUMBLINE_PLAIN: '1' } });
  const [only] = fleet.devices;
  if (only === undefined) throw new Error('no gateway');
  gateway = only;
  await gateway.connects();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const api = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const { operatorToken } = fleet.server.fleet;
  const response = await fetch(`${fleet.server.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, problem: (await response.json()) as { code?: string; field?: string } };
};
/** Everything that could have been half written. */
const everything = async () => {
  const { database } = fleet.server.fleet;
  const { models } = await fleet.client.get<{ models: unknown[] }>('/api/v1/models');
  const { devices } = await fleet.client.get<{ devices: { id: string; assignedSeq: number }[] }>('/api/v1/devices');
  const { rows: audited } = await fleet.client.get<{ rows: unknown[] }>('/api/v1/audit');
  return {
    models: models.length,
    devices: devices.map(({ id, assignedSeq }) => [id, assignedSeq]),
    audited: audited.length,
    rejected: (await countTelemetry(database.db)).rejected,
  };
};
const logged = (code: string) => fleet.log.filter((line) => line['code'] === code).length;

describe('the API of the server, given what it cannot take,', () => {
  const { mapping, bytes } = tinyModel('delay', 0);
  const model = toBase64(bytes);
  const token = 'a-token-that-nobody-has-given-out';
  const key = { type: 'ed25519', public: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a' };
  const enrolment = { token, publicKey: key, proof: '0'.repeat(128), profile: 'linux-x64-dev', agent: '0.1.0' };

  it.each<[string, string, unknown, number, string, string]>([
    ['a body that is no JSON', '/api/v1/models', '{"mapping": ', 400, 'body_malformed', 'body'],
    ['a body without its model', '/api/v1/models', { mapping }, 400, 'body_malformed', 'model'],
    [
      'a file that is not ONNX',
      '/api/v1/models',
      { mapping, model: toBase64(new Uint8Array(99).fill(7)) },
      400,
      'onnx_not_a_model',
      '',
    ],
    [
      'half a file',
      '/api/v1/models',
      { mapping, model: toBase64(bytes.subarray(0, bytes.length / 2)) },
      400,
      'onnx_not_a_model',
      '',
    ],
    [
      'a mapping without a target',
      '/api/v1/models',
      { mapping: { ...mapping, target: '' }, model },
      400,
      'model_mapping_malformed',
      'target',
    ],
    [
      'a mapping of another input',
      '/api/v1/models',
      {
        mapping: {
          ...mapping,
          inputs: [
            {
              kind: 'columns',
              name: 'x',
              dtype: 'float32',
              batch: 'dynamic',
              features: [{ name: 'a', type: 'number', missing: 'refuse', from: { column: 'a' } }],
            },
          ],
        },
        model,
      },
      400,
      'model_input_unknown',
      'inputs.numbers',
    ],
    ['a device nobody knows', '/api/v1/devices/nobody', undefined, 404, 'device_unknown', 'device'],
    [
      'an assignment to it',
      '/api/v1/devices/nobody/assignment',
      { line: 'delay', version: '1.0.0' },
      404,
      'device_unknown',
      'device',
    ],
    [
      'a version nobody made',
      '/api/v1/devices/gateway-1/assignment',
      { line: 'delay', version: '9.9.9' },
      404,
      'model_unknown',
      'model',
    ],
    ['a name that is none', '/api/v1/tokens', { site: SITE, device: '../x' }, 400, 'name_invalid', 'device'],
    [
      'a token for a device that is there',
      '/api/v1/tokens',
      { site: SITE, device: 'gateway-1' },
      409,
      'device_exists',
      'device',
    ],
    ['an enrolment without proof', '/api/v1/enrol', enrolment, 401, 'proof_invalid', 'proof'],
    ['a plan without stages', '/api/v1/rollouts', { line: 'delay' }, 400, 'rollout_plan_malformed', 'version'],
    ['a path that leads nowhere', '/api/v1/nothing', undefined, 404, 'no_such_route', 'path'],
  ])(
    'refuses %s by code and field, writes nothing, and says so once',
    async (_what, path, body, status, code, field) => {
      const before = await everything();
      const said = logged(code);
      const answer = await api(path, body);
      expect(answer).toMatchObject({ status, problem: { code } });
      expect(answer.problem.field ?? '').toContain(field);
      expect(await everything()).toEqual(before);
      expect(logged(code)).toBe(said + 1);
    },
  );

  it('refuses a caller without the token of the operator', async () => {
    for (const authorization of ['', 'Bearer wrong']) {
      const answer = await api('/api/v1/devices', undefined, { authorization });
      expect(answer).toMatchObject({ status: 401, problem: { code: 'not_signed_in', field: 'authorization' } });
    }
  });

  it('refuses a model beyond its limit, and a body beyond it before it is sent', async () => {
    const large = toBase64(new Uint8Array(64 * 2 ** 20 + 1));
    expect(await api('/api/v1/models', { mapping, model: large })).toMatchObject({
      status: 413,
      problem: { code: 'model_too_large', field: 'model' },
    });
    expect(await announced(`${fleet.server.url}/api/v1/models`, 200 * 2 ** 20)).toBe(413);
    expect((await fetch(`${fleet.server.url}/api/v1/health`)).status).toBe(200);
  });
});

/** Announces a body of this length and sends none. @returns the status */
function announced(url: string, contentLength: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const authorization = `Bearer ${fleet.server.fleet.operatorToken}`;
    const headers = { authorization, 'content-type': 'application/json', 'content-length': contentLength };
    const asking = request(url, { method: 'POST', headers }, (response) => {
      resolve(response.statusCode);
      asking.destroy();
    });
    asking.on('error', reject);
    asking.flushHeaders();
  });
}

describe('a one-time code', () => {
  it('is good once: another device that brings it is refused, and has no identity', async () => {
    const code = await fleet.code('gateway-2');
    await enrol(join(fleet.folder, 'second'), code);
    const thief = enrol(join(fleet.folder, 'thief'), code);
    await expect(thief).rejects.toMatchObject({
      code: 'enrolment_refused',
      message: expect.stringContaining('token_used'),
    });
    await expect(enrol(join(fleet.folder, 'second'), code)).rejects.toMatchObject({ code: 'already_enrolled' });
    expect(parseEnrolmentCode(code).url).toBe(fleet.server.url);
  });

  it('is refused with a token that was never given out', async () => {
    const before = await everything();
    const known = parseEnrolmentCode(await fleet.code('gateway-5'));
    const forged = formatEnrolmentCode({ ...known, token: 'a-token-that-nobody-has-given-out' });
    const message = expect.stringContaining('token_unknown');
    await expect(enrol(join(fleet.folder, 'fifth'), forged)).rejects.toMatchObject({
      code: 'enrolment_refused',
      message,
    });
    expect((await everything()).devices).toEqual(before.devices);
  });

  it('is whole or none', async () => {
    const code = await fleet.code('gateway-3');
    const broken = enrol(join(fleet.folder, 'third'), code.slice(0, -8));
    await expect(broken).rejects.toMatchObject({ code: 'token_invalid', field: 'code' });
    expect((await everything()).devices.map(([id]) => id)).not.toContain('gateway-3');
  });
});

/** The password is by the key in this folder, whoever it is said to be. */
const connectAs = async (device: string, folder: string) => {
  const crypto = createNodeCrypto(join(folder, 'device.key'));
  const key = await crypto.devicePublicKey();
  const sign = crypto.signAsDevice;
  const password = await createConnectToken({ site: SITE, device, key, sign }, Date.now(), '0123456789abcdef');
  const options = { clientId: device, username: `${SITE}/${device}`, password, reconnectPeriod: 0 };
  return connectAsync(fleet.server.mqttUrl, { ...options, protocolVersion: 4 }, false);
};
const refusals = () => [...fleet.server.mqtt.refused.values()].reduce((sum, times) => sum + times, 0);

describe('the broker, spoken to by a client of its own,', () => {
  let client: MqttClient;
  const send = (channel: UpChannel, frame: Uint8Array) =>
    client.publishAsync(upTopic(SITE, gateway.name, channel), Buffer.from(frame), { qos: 1 });

  beforeAll(async () => {
    await gateway.stop();
    client = await connectAs(gateway.name, gateway.folder);
  });
  afterAll(() => client.endAsync(true));

  it('lets nobody in who is unknown, or signs with the key of another', async () => {
    await expect(connectAs('gateway-9', gateway.folder)).rejects.toThrow(/not authorized/i);
    await expect(connectAs('gateway-2', gateway.folder)).rejects.toThrow(/not authorized/i);
    expect(logged('device_unknown')).toBeGreaterThan(0);
    expect(fleet.log.filter((line) => line['msg'] === 'connection refused')).toHaveLength(2);
  });

  const row = { kind: 'event', at: 1, code: 'fine' };
  const batch = { stream: 'stream-of-a-test', class: 'reports', rows: [[1, row]] };
  it.each<[string, UpChannel, Uint8Array, string, string]>([
    ['nothing', 'tel', new Uint8Array(), 'frame_malformed', 'frame'],
    ['another protocol', 'tel', Uint8Array.of(9, 0, 0xa0), 'frame_version', 'frame[0]'],
    ['no CBOR', 'tel', Uint8Array.of(1, 0, 0xff, 0xff), 'frame_malformed', 'frame'],
    ['a batch without rows', 'tel', encodeFrame({ ...batch, rows: [] }), 'message_malformed', 'rows'],
    ['a batch of no class', 'tel', encodeFrame({ ...batch, class: 'wishes' }), 'message_malformed', 'class'],
    ['a report that is none', 'report', encodeFrame({ v: 2 }), 'message_malformed', 'v'],
    [
      'a block of a payload that is no release',
      'req',
      encodeFrame({ ref: { sha256: 'ab'.repeat(32) }, offset: 0, length: 9 }),
      'message_malformed',
      'ref.sha256',
    ],
  ])('counts and names a frame with %s once, and keeps nothing of it', async (_what, channel, frame, code, field) => {
    const before = { ...(await everything()), refused: refusals() };
    await send(channel, frame);
    await eventually('it is counted', () => refusals() > before.refused);
    await fleet.server.mqtt.idle();
    expect({ ...(await everything()), refused: refusals() - 1 }).toEqual(before);
    expect(fleet.log.findLast((line) => line['msg'] === 'message refused')).toMatchObject({ code, field });
    expect(client.connected).toBe(true);
  });

  it('goes on with what is right, one bad row costing one row', async () => {
    const before = await countTelemetry(fleet.server.fleet.database.db);
    await send(
      'tel',
      encodeFrame({
        ...batch,
        rows: [
          [1, row],
          [2, { kind: 'wish' }],
          [3, row],
        ],
      }),
    );
    const after = await eventually('the batch is counted', async () => {
      const counts = await countTelemetry(fleet.server.fleet.database.db);
      return counts.rows > before.rows && counts;
    });
    expect(after).toMatchObject({ rows: before.rows + 2, rejected: before.rejected + 1 });
  });
});

/** Another server beside the one that runs. */
const start = (environment: Record<string, string>) =>
  createFleetServer(
    readConfig({
      PLUMBLINE_STATE: join(fleet.folder, 'another'),
      PLUMBLINE_DEVELOPMENT: '1',
      PLUMBLINE_PLAIN: '1',
      PLUMBLINE_HTTP_PORT: '0',
      PLUMBLINE_MQTT_PORT: '0',
      PLUMBLINE_LOG_LEVEL: 'silent',
      ...environment,
    }),
  );
const port = (url: string) => new URL(url).port;

describe('a start that cannot be', () => {
  let file: string;
  beforeEach(async () => {
    file = join(fleet.folder, 'a-file');
    await writeFile(file, '');
  });

  it('names the port that is busy, and leaves no address behind', async () => {
    const { url, mqttUrl } = fleet.server;
    const busy = { code: 'port_busy', kind: 'unavailable' };
    await expect(start({ PLUMBLINE_HTTP_PORT: port(url) })).rejects.toMatchObject({
      ...busy,
      field: 'PLUMBLINE_HTTP_PORT',
    });
    await expect(start({ PLUMBLINE_MQTT_PORT: port(mqttUrl) })).rejects.toMatchObject({
      ...busy,
      message: expect.stringContaining(port(mqttUrl)),
    });
    await expect(readAddress(join(fleet.folder, 'another'))).rejects.toMatchObject({ code: 'server_not_running' });
    expect((await fetch(`${url}/api/v1/health`)).status).toBe(200);
  });

  it('names the folder that cannot be written', async () => {
    const unwritable = { code: 'state_unwritable', field: 'state', message: expect.stringContaining(file) };
    await expect(start({ PLUMBLINE_STATE: join(file, 'state') })).rejects.toMatchObject(unwritable);
    await expect(enrol(join(file, 'state'), await fleet.code('gateway-4'))).rejects.toMatchObject(unwritable);
  });
});
