import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { publicEvent } from '@plumbline/shared/api';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { list as listAudit } from '../../platform/audit/index.ts';
import { openDatabase, type Database } from '../../platform/db/index.ts';
import { createDispatcher, emit, type Dispatcher } from '../../platform/outbox/index.ts';
import { MAX_ATTEMPTS } from './deliveries/backoff.ts';
import { createDeliveryLoop, type DeliveryLoop } from './deliveries/loop.ts';
import { keepEvent } from './feed/keep-event.ts';
import { toldTypes } from './feed/told-types.ts';
import {
  addWebhook,
  listDead,
  listDeliveries,
  listWebhooks,
  pauseWebhook,
  pingWebhook,
  removeWebhook,
  resumeWebhook,
  retryDead,
  rotateSecret,
} from './index.ts';
import { createSender } from './receiver/send.ts';

const RULES = { allow: ['127.0.0.0/8'], development: true };
const HOUR_MS = 3_600_000;

interface Heard {
  id: string;
  timestamp: string;
  signatures: string[];
  body: string;
}

interface Receiver {
  url: string;
  heard: Heard[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  server: Server;
}

let clock: VirtualClock;
let database: Database;
let dispatcher: Dispatcher;
let loop: DeliveryLoop;
let receivers: Receiver[];
const errors: unknown[] = [];

/** A real listener; it answers 200 until a test says otherwise. */
async function receiver(): Promise<Receiver> {
  const made: Receiver = {
    url: '',
    heard: [],
    answer: (_, response) => response.end('thanks'),
    server: createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const { headers } = request;
      made.heard.push({
        id: String(headers['webhook-id']),
        timestamp: String(headers['webhook-timestamp']),
        signatures: String(headers['webhook-signature']).split(' '),
        body,
      });
      made.answer(request, response);
    }),
  };
  await new Promise<void>((resolve) => made.server.listen(0, '127.0.0.1', resolve));
  made.url = `http://127.0.0.1:${(made.server.address() as AddressInfo).port}/hook`;
  receivers.push(made);
  return made;
}

function start(timeoutMs = 10_000): void {
  dispatcher = createDispatcher({ database, clock });
  dispatcher.subscribe('webhooks', toldTypes, (event, delivery) => keepEvent(database, event, delivery));
  const send = createSender(RULES, { timeoutMs });
  loop = createDeliveryLoop({ database, clock, send, onError: (error) => errors.push(error), chance: () => 0.5 });
  loop.start();
}

const deps = () => ({ database, now: clock.now, webhookRules: RULES });
const add = (url: string, types: string[] = ['*']) => addWebhook(deps(), 'user:ana', { url, types, description: '' });
const enrol = (device: string) =>
  database.transaction((tx) => emit(tx, { type: 'device.enrolled', site: 'north', device }));
const settle = async () => {
  await dispatcher.settled();
  await loop.settled();
};
const advance = async (ms: number) => {
  await clock.advance(ms);
  await settle();
};

/** A few lines of its own, as a receiver would write them. */
function verifies(secret: string, { id, timestamp, body }: Heard): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

beforeEach(async () => {
  clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  receivers = [];
  errors.length = 0;
  start();
  await dispatcher.start();
});
afterEach(async () => {
  await loop.stop();
  await dispatcher.stop();
  for (const { server } of receivers) {
    server.closeAllConnections();
    server.close();
  }
  await database.close();
  if (errors.length > 0) throw new AggregateError(errors, 'the loop met faults of ours');
});

describe('an event', () => {
  it('reaches every receiver that takes its type, signed with the secret of each', async () => {
    const [all, rollouts] = [await receiver(), await receiver()];
    const mine = await add(all.url);
    await add(rollouts.url, ['rollout.*']);
    await enrol('gw-1');
    await settle();
    expect([all.heard.length, rollouts.heard.length]).toEqual([1, 0]);
    const [heard] = all.heard;
    expect(heard?.signatures).toEqual([verifies(mine.secret, heard!)]);
    expect(Number(heard?.timestamp)).toBe(Math.floor(clock.now() / 1000));
    expect(publicEvent.parse(JSON.parse(heard!.body))).toMatchObject({
      type: 'device.enrolled',
      data: { site: 'north', device: 'gw-1' },
    });
  });

  it('that happened before a webhook was added is not sent to it', async () => {
    const late = await receiver();
    await enrol('gw-1');
    await advance(1);
    await add(late.url);
    await enrol('gw-2');
    await settle();
    expect(late.heard.map(({ body }) => JSON.parse(body).data.device)).toEqual(['gw-2']);
  });

  it('that the outbox delivers twice is sent once', async () => {
    const one = await receiver();
    await add(one.url);
    const event = { type: 'device.cloned', site: 'north', device: 'gw-1' } as const;
    await keepEvent(database, event, { id: 77, at: clock.now() });
    await keepEvent(database, event, { id: 77, at: clock.now() });
    await settle();
    expect(one.heard).toHaveLength(1);
  });

  it('comes again under its id, signed anew, until the receiver takes it', async () => {
    const one = await receiver();
    await add(one.url);
    one.answer = (_, response) => response.writeHead(one.heard.length < 3 ? 503 : 204).end();
    await enrol('gw-1');
    await settle();
    await advance(10_000);
    await advance(30_000);
    await advance(24 * HOUR_MS);
    expect(one.heard).toHaveLength(3);
    expect(new Set(one.heard.map(({ id }) => id)).size).toBe(1);
    expect(new Set(one.heard.map(({ signatures }) => signatures[0])).size).toBe(3);
  });

  it('is sent again by the next life of a server that died in the middle of an attempt', async () => {
    const one = await receiver();
    const { id } = await add(one.url);
    one.answer = () => undefined;
    await enrol('gw-1');
    await dispatcher.settled();
    await vi.waitFor(() => expect(one.heard).toHaveLength(1));
    // Called off, as a kill would: nothing of the attempt is written down.
    await loop.stop();
    await dispatcher.stop();
    expect(await listDeliveries(database.db, id)).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    one.answer = (_, response) => response.end();
    start();
    await dispatcher.start();
    await settle();
    expect(one.heard).toHaveLength(2);
    expect(one.heard[1]?.id).toBe(one.heard[0]?.id);
    expect(await listDeliveries(database.db, id)).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  });
});

describe('a receiver', () => {
  it('that stays broken gets its attempts over about a day, then the message is laid aside until a person retries', async () => {
    const one = await receiver();
    const { id } = await add(one.url);
    one.answer = (_, response) => response.writeHead(500).end('x'.repeat(5000));
    const began = clock.now();
    await enrol('gw-1');
    await settle();
    for (let step = 1; step < MAX_ATTEMPTS; step += 1) {
      const [waiting] = await listDeliveries(database.db, id);
      await advance(waiting!.nextAt - clock.now());
      // The loop looks on a timer of its own, which may have been a moment early.
      await advance(60_000);
    }
    const [dead] = await listDead(database.db, id);
    expect(one.heard).toHaveLength(MAX_ATTEMPTS);
    expect(dead).toMatchObject({ attempts: MAX_ATTEMPTS, lastStatus: 500, lastReason: 'answered 500' });
    expect(dead?.lastAnswer).toHaveLength(1024);
    const hours = (clock.now() - began) / HOUR_MS;
    expect(hours).toBeGreaterThan(20);
    expect(hours).toBeLessThan(26);
    expect((await listWebhooks(database.db))[0]).toMatchObject({ dead: 1, waiting: 0 });

    one.answer = (_, response) => response.end();
    expect(await retryDead(deps(), 'user:ana', { webhook: id })).toEqual({ webhook: id, retried: 1 });
    await settle();
    expect(one.heard.at(-1)?.id).toBe(one.heard[0]?.id);
    expect(await listDead(database.db)).toEqual([]);
  });

  it('that never answers holds up nobody else', async () => {
    const [slow, quick] = [await receiver(), await receiver()];
    await add(slow.url);
    await add(quick.url);
    slow.answer = () => undefined;
    for (let n = 0; n < 12; n += 1) await enrol(`gw-${n}`);
    await vi.waitFor(() => expect(quick.heard).toHaveLength(12), { timeout: 5_000 });
    expect(slow.heard.length).toBeLessThanOrEqual(4);
  });

  it('that never answers is left after its time', async () => {
    await loop.stop();
    await dispatcher.stop();
    start(200);
    await dispatcher.start();
    const slow = await receiver();
    const { id } = await add(slow.url);
    slow.answer = () => undefined;
    await enrol('gw-1');
    await settle();
    const [late] = await listDeliveries(database.db, id);
    expect(late).toMatchObject({ state: 'waiting', attempts: 1, lastReason: 'no answer within 0.2 s' });
  });

  it('that sends us elsewhere is not followed', async () => {
    const [one, secret] = [await receiver(), await receiver()];
    const { id } = await add(one.url);
    one.answer = (_, response) => response.writeHead(302, { location: secret.url }).end();
    await enrol('gw-1');
    await settle();
    expect(secret.heard).toEqual([]);
    expect((await listDeliveries(database.db, id))[0]).toMatchObject({
      state: 'waiting',
      lastReason: 'answered 302: redirects are not followed',
    });
  });

  it('that says it is gone is paused, and told so', async () => {
    const one = await receiver();
    await add(one.url);
    one.answer = (_, response) => response.writeHead(410).end();
    await enrol('gw-1');
    await settle();
    expect((await listWebhooks(database.db))[0]).toMatchObject({
      dead: 1,
      paused: { reason: 'the receiver answered 410 Gone' },
    });
  });
});

describe('an operator', () => {
  it('pauses and resumes: what happens meanwhile comes then', async () => {
    const one = await receiver();
    const { id } = await add(one.url);
    await pauseWebhook(deps(), 'user:ana', { webhook: id, reason: 'moving house' });
    await enrol('gw-1');
    await advance(HOUR_MS);
    expect(one.heard).toEqual([]);
    await resumeWebhook(deps(), 'user:ana', id);
    await settle();
    expect(one.heard).toHaveLength(1);
    await expect(resumeWebhook(deps(), 'user:ana', id)).rejects.toMatchObject({ code: 'webhook_running' });
  });

  it('changes the secret with a grace in which both sign', async () => {
    const one = await receiver();
    const { id, secret: old } = await add(one.url);
    const { secret } = await rotateSecret(deps(), 'user:ana', { webhook: id, graceMs: HOUR_MS });
    await enrol('gw-1');
    await settle();
    expect(one.heard[0]?.signatures).toEqual([verifies(secret, one.heard[0]!), verifies(old, one.heard[0]!)]);
    await advance(HOUR_MS);
    await enrol('gw-2');
    await settle();
    expect(one.heard[1]?.signatures).toEqual([verifies(secret, one.heard[1]!)]);
  });

  it('pings whatever the webhook listens to, and removes it with what was waiting', async () => {
    const one = await receiver();
    const { id } = await add(one.url, ['rollout.*']);
    await pingWebhook(deps(), 'user:ana', id);
    await pingWebhook(deps(), 'user:ana', id);
    await settle();
    expect(one.heard.map(({ body }) => publicEvent.parse(JSON.parse(body)).type)).toEqual([
      'webhook.ping',
      'webhook.ping',
    ]);
    await removeWebhook(deps(), 'user:ana', id);
    expect(await listWebhooks(database.db)).toEqual([]);
    await expect(listDeliveries(database.db, id)).rejects.toMatchObject({ code: 'webhook_unknown' });
  });

  it('finds every act in the audit, and a secret nowhere', async () => {
    const one = await receiver();
    const { id, secret } = await add(one.url);
    await rotateSecret(deps(), 'user:ana', { webhook: id });
    await removeWebhook(deps(), 'user:ana', id);
    const { rows } = await listAudit(database.db);
    expect(rows.map(({ action }) => action)).toEqual(['webhooks.remove', 'webhooks.rotate', 'webhooks.add']);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6, 30));
    expect(JSON.stringify(await listWebhooks(database.db))).not.toContain('whsec_');
  });
});
