import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { configOf, createLog, createNodeAgent, type NodeAgent, type RawSettings } from '@plumbline/agent/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFleet, enrol, eventually, tinyModel, tinyScore, type TestFleet } from '../harness/index.ts';
import { createTestCa } from '../harness/network/index.ts';
import { findMosquitto, required, skipReason, startMosquitto, type Mosquitto } from '../harness/services/index.ts';

const READ = 'read dashboard f3a1c9d27e5b4806f3a1c9d27e5b4806';
const WRITE = 'write foreman 0b1d8e6f42c7a9530b1d8e6f42c7a953';
const tokenOf = (line: string) => line.split(' ').at(-1) ?? '';

const noMosquitto = skipReason(findMosquitto());

describe('a gateway on its site network', () => {
  let fleet: TestFleet;
  let running: NodeAgent;
  let state: string;
  const ca = createTestCa('Site authority');
  const log: string[] = [];

  const start = async (flags: RawSettings) => {
    const config = configOf({ state, port: 0, firstDelayMs: 50, ...flags }, {});
    running = await createNodeAgent(config, createLog('debug', { write: (line) => log.push(line) }));
  };
  const file = (name: string, text: string) => {
    const path = join(fleet.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const lanFlags = () => {
    const { certificate, key } = ca.issue();
    return {
      // Another address than 127.0.0.1: to the agent a network like any other.
      listen: '0.0.0.0:0',
      tlsCert: file('tls.crt', certificate),
      tlsKey: file('tls.key', key),
      tokenFile: file('tokens', `${READ}\n${WRITE}\n`),
    };
  };

  beforeAll(async () => {
    fleet = await createFleet();
    state = join(fleet.folder, 'gateway-1');
    await enrol(state, await fleet.code('gateway-1'));
    await start(lanFlags());
    const version = await fleet.publish(tinyModel('delay', 0));
    await fleet.assign('gateway-1', 'delay', version);
    await eventually('the model runs', () => running.agent.state().lines[0]?.running !== undefined);
  });
  afterAll(async () => {
    await running[Symbol.asyncDispose]();
    await fleet[Symbol.asyncDispose]();
  });

  const ask = (method: string, path: string, token?: string, body?: string) =>
    new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
      const port = new URL(running.lanUrl ?? '').port;
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const asking = request({ host: '127.0.0.1', port, path, method, headers, ca: ca.pem }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      });
      asking.on('error', reject).end(body);
    });
  const record = '{"values":{"a":1,"b":0}}';

  it('answers over TLS whoever has a token, as far as it goes', async () => {
    expect(await ask('GET', '/v1/health')).toEqual({ status: 200, body: { status: 'running' } });
    expect(await ask('GET', '/v1/state')).toMatchObject({ status: 401, body: { code: 'token_missing' } });
    expect(await ask('GET', '/v1/health', tokenOf(READ))).toMatchObject({ body: { device: 'gateway-1', models: 1 } });
    expect(await ask('POST', '/v1/predict', tokenOf(READ), record)).toMatchObject({
      status: 403,
      body: { code: 'scope_missing' },
    });
    expect(await ask('POST', '/v1/predict', tokenOf(WRITE), record)).toMatchObject({
      status: 200,
      body: { predictions: [{ score: expect.closeTo(tinyScore(0, 1, 0), 5) }] },
    });
  });

  it('never writes a token into its log', () => {
    expect(log.join('\n')).not.toContain(tokenOf(READ));
    expect(log.join('\n')).not.toContain(tokenOf(WRITE));
  });

  it('speaks no plain HTTP there, and asks for no token on loopback', async () => {
    await expect(fetch(`http://127.0.0.1:${new URL(running.lanUrl ?? '').port}/v1/health`)).rejects.toThrow(
      'fetch failed',
    );
    expect((await fetch(`${running.url}/v1/state`)).status).toBe(200);
  });

  it.each<[string, (flags: ReturnType<typeof lanFlags>) => Partial<ReturnType<typeof lanFlags>>, string]>([
    ['a certificate that is none', () => ({ tlsCert: file('none.crt', 'nonsense') }), 'tlsCert'],
    ['a key that is not there', () => ({ tlsKey: join(fleet.folder, 'nowhere') }), 'tlsKey'],
    ['the key of another certificate', () => ({ tlsKey: file('other.key', ca.issue().key) }), 'tlsKey'],
    ['a weak token', () => ({ tokenFile: file('weak', 'write a 12345\n') }), 'tokenFile'],
  ])('does not start with %s', async (_what, change, field) => {
    const flags = lanFlags();
    await running[Symbol.asyncDispose]();
    try {
      await expect(start({ ...flags, ...change(flags) })).rejects.toMatchObject({ code: 'config_invalid', field });
    } finally {
      await start(flags);
    }
  });

  it('ends while somebody still reads its events', async () => {
    const response = await fetch(`${running.url}/v1/events`);
    const text = response.text();
    await running[Symbol.asyncDispose]();
    expect(await text).toContain(': reading');
    await start(lanFlags());
  });

  describe.skipIf(noMosquitto)(
    `with a broker of the site${noMosquitto === undefined ? '' : ` (skipped: ${noMosquitto})`}`,
    () => {
      let broker: Mosquitto;
      let client: MqttClient;
      const heard: { topic: string; said: Record<string, unknown> }[] = [];

      beforeAll(async () => {
        broker = required(await startMosquitto());
        await running[Symbol.asyncDispose]();
        await start({ sourceMqtt: broker.url, sourceTopic: 'site/records/#', resultTopic: 'site/answers' });
        await listen();
        await eventually('a model answers again', () => running.agent.state().lines[0]?.running !== undefined);
      });
      afterAll(async () => {
        await client.endAsync(true);
        await broker.remove();
      });

      const listen = async () => {
        client = await connectAsync(broker.url, { reconnectPeriod: 0 });
        client.on('message', (topic, payload) => heard.push({ topic, said: JSON.parse(payload.toString()) }));
        await client.subscribeAsync('site/answers/#', { qos: 1 });
      };
      const say = (payload: string, topic = 'site/records/a') => client.publishAsync(topic, payload, { qos: 1 });
      const hears = (what: string, is: (one: (typeof heard)[number]) => boolean) =>
        eventually(what, () => heard.find((one) => is(one)));

      it('answers records that come there, and carries their references into telemetry', async () => {
        // A source subscribes when it can: until then the broker has nobody to pass this on to.
        await eventually('the first answer', async () => {
          await say('{"ref":"first","values":{"a":1,"b":0}}');
          return heard.length > 0;
        });
        expect(heard[0]).toMatchObject({
          topic: 'site/answers',
          said: {
            topic: 'site/records/a',
            results: [{ row: 1, ref: 'first', score: expect.closeTo(tinyScore(0, 1, 0), 5) }],
          },
        });
        await say('[{"ref":"m1","values":{"a":1,"b":1}},{"ref":"m2","values":{"a":"x","b":1}}]');
        const many = await hears('a list is answered', ({ said }) => JSON.stringify(said).includes('"m2"'));
        expect(many.said).toMatchObject({
          results: [{ ref: 'm1' }, { ref: 'm2', error: { code: 'value_type', field: 'values.a' } }],
        });
      });

      it.each([
        ['no JSON', 'nonsense', 'no-json', { error: { code: 'record_malformed', field: 'message' } }],
        ['no record', '[]', 'empty', { error: { code: 'record_malformed', field: 'records' } }],
        [
          'records that are no list',
          '{"records":1}',
          'no-list',
          { error: { code: 'record_malformed', field: 'records' } },
        ],
        [
          'a record without values',
          '{"activity":"x"}',
          'no-values',
          { results: [{ row: 1, error: { code: 'record_malformed', field: 'values' } }] },
        ],
        [
          'a value the model cannot take',
          '{"values":{"a":1}}',
          'no-b',
          { results: [{ error: { code: 'value_missing', field: 'values.b' } }] },
        ],
        [
          'more than it reads',
          ' '.repeat(2 ** 20 + 1),
          'large',
          { error: { code: 'body_too_large', field: 'message' } },
        ],
      ])('sends to the error topic what holds %s', async (_what, payload, name, said) => {
        await say(payload, `site/records/${name}`);
        const found = await hears('it is refused', (one) => one.said['topic'] === `site/records/${name}`);
        expect(found).toMatchObject({ topic: 'site/answers/errors', said });
      });

      it('answers after an outage of the broker, and what came while it was away itself', async () => {
        await broker.stop();
        await broker.start();
        await listen();
        heard.length = 0;
        await eventually('it has come back', async () => {
          await say('{"ref":"back","values":{"a":1,"b":0}}');
          return heard.length > 0;
        });
        await running[Symbol.asyncDispose]();
        for (let i = 0; i < 20; i += 1) await say(`{"ref":"away-${i}","values":{"a":1,"b":0}}`);
        await start({ sourceMqtt: broker.url, sourceTopic: 'site/records/#', resultTopic: 'site/answers' });
        const away = () =>
          heard.flatMap(({ topic, said }) => {
            const results = topic === 'site/answers' ? (said['results'] as { ref?: string }[]) : [];
            return results.flatMap(({ ref = '' }) => (ref.startsWith('away-') ? [ref] : []));
          });
        await eventually('all are answered', () => new Set(away()).size === 20);
        expect(away()).toHaveLength(20);
      });
    },
  );
});
