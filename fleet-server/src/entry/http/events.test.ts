import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicEvent } from '@plumbline/shared/api';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../config.ts';
import { emit } from '../../platform/outbox/index.ts';
import { createFleetServer, type FleetServer } from '../../server.ts';
import { createClient, type Client } from '../approver/client.ts';
import { readServerEvents } from '../cli/told/server-events.ts';

let folder: string;
let server: FleetServer;
let client: Client;
let receiver: Server;
let hook: string;
const heard: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-events-'));
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    heard.push(body);
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const config = readConfig({
    PLUMBLINE_STATE: folder,
    PLUMBLINE_DEVELOPMENT: '1',
    PLUMBLINE_HTTP_PORT: '0',
    PLUMBLINE_MQTT_PORT: '0',
    PLUMBLINE_LOG_LEVEL: 'silent',
    PLUMBLINE_WEBHOOK_ALLOW: '127.0.0.1/32',
  });
  server = await createFleetServer(config, { advanceByTimer: false, clock: createVirtualClock() });
  const { url, caPem, fleet } = server;
  client = createClient({ url, caPem, operatorToken: fleet.operatorToken });
});
afterAll(async () => {
  await server.close();
  receiver.close();
  await rm(folder, { recursive: true });
});

const happen = (device: string) =>
  server.fleet.database.transaction((tx) => emit(tx, { type: 'device.enrolled', site: 'north', device }));

describe('a server', () => {
  it('tells a webhook and a reader of the same event, in the same words', async () => {
    const { id, secret } = await client.post<{ id: string; secret: string }>('/api/v1/webhooks', { url: hook });
    expect(secret).toMatch(/^whsec_/);
    const stream = readServerEvents(await client.stream('/api/v1/events?types=device.*'));
    const told = stream.next();
    await told;
    const next = stream.next();
    await happen('gw-1');
    const { value } = await next;
    expect(publicEvent.parse(JSON.parse(value!.data)).data).toEqual({ site: 'north', device: 'gw-1' });
    await vi.waitFor(() => expect(heard).toEqual([value!.data]));
    await stream.return(undefined);
    // Where it was: nothing is told twice, and what came meanwhile is.
    await happen('gw-2');
    const again = readServerEvents(await client.stream('/api/v1/events', { 'last-event-id': value!.id! }));
    await again.next();
    expect(JSON.parse((await again.next()).value!.data).data.device).toBe('gw-2');
    await again.return(undefined);
    const { deliveries } = await client.get<{ deliveries: object[] }>(`/api/v1/webhooks/${id}/deliveries`);
    expect(deliveries).toHaveLength(2);
    expect(JSON.stringify(await client.get('/api/v1/webhooks'))).not.toContain('whsec_');
    await client.post(`/api/v1/webhooks/${id}/remove`, {});
  });

  it.each([
    [{ url: 'http://10.0.0.1/x' }, 'webhook_url_refused', 'url'],
    [{ url: 'https://169.254.169.254/' }, 'webhook_url_refused', 'url'],
    [{ url: 'https://hooks.example/', types: ['rollouts'] }, 'body_malformed', 'types.0'],
    [{ url: 'https://hooks.example/', typo: 1 }, 'body_malformed', 'body'],
  ])('refuses the webhook %j', async (body, code, field) => {
    await expect(client.post('/api/v1/webhooks', body)).rejects.toMatchObject({ code, field });
  });

  it('keeps who is told of alerts, what is muted, and shows both; what it cannot do it says by field', async () => {
    const rule = { name: 'ops', when: { kinds: ['drift'] }, routes: { email: ['ops@example.com'] } };
    await client.post('/api/v1/alerts/rules', rule);
    await client.post('/api/v1/alerts/rules', { ...rule, routes: { email: ['ana@example.com'] } });
    const { rules } = await client.get<{ rules: object[] }>('/api/v1/alerts/rules');
    expect(rules).toMatchObject([
      { name: 'ops', when: rule.when, routes: { email: ['ana@example.com'], webhooks: [] } },
    ]);
    const bad = { ...rule, routes: { email: ['a@b.c\r\nBcc: d@e.f'] } };
    await expect(client.post('/api/v1/alerts/rules', bad)).rejects.toMatchObject({ field: 'routes.email.0' });
    const gone = { ...rule, routes: { webhooks: ['wh_none'] } };
    await expect(client.post('/api/v1/alerts/rules', gone)).rejects.toMatchObject({ code: 'alert_route_unknown' });
    const until = server.fleet.now() + 3_600_000;
    const { id } = await client.post<{ id: string }>('/api/v1/alerts/mutes', { kind: 'drift', until });
    expect(await client.get('/api/v1/alerts/mutes')).toMatchObject({ mutes: [{ id, kind: 'drift', until }] });
    await client.post(`/api/v1/alerts/mutes/${id}/end`, {});
    expect(await client.get('/api/v1/alerts/mutes')).toEqual({ mutes: [] });
    expect(await client.get('/api/v1/alerts/mails?state=dead')).toEqual({ mails: [], next: null, dead: 0 });
    expect(await client.post('/api/v1/alerts/mails/retry', {})).toMatchObject({ mails: 0 });
    expect(await client.post('/api/v1/alerts/rules/ops/remove', {})).toEqual({ name: 'ops' });
    await expect(client.post('/api/v1/alerts/rules/ops/remove', {})).rejects.toMatchObject({
      code: 'alert_rule_unknown',
    });
    await expect(client.get('/api/v1/drift/delay/report')).rejects.toMatchObject({ code: 'model_unknown' });
  });

  it('refuses a reader of types that do not exist, and an id that is none', async () => {
    await expect(client.stream('/api/v1/events?types=nothing')).rejects.toMatchObject({ field: 'types.0' });
    await expect(client.stream('/api/v1/events', { 'last-event-id': 'x' })).rejects.toMatchObject({
      code: 'event_id_malformed',
    });
  });

  it('answers why, and says of a device it never heard of that it has not', async () => {
    await client.post('/api/v1/tokens', { site: 'north', device: 'gw-9' });
    expect(await client.get('/api/v1/devices/gw-9/why')).toMatchObject({ findings: [{ code: 'code_unused' }] });
    await expect(client.get('/api/v1/devices/gw-0/why')).rejects.toMatchObject({ code: 'device_unknown' });
    expect(await client.get('/api/v1/alerts')).toEqual({ alerts: [], next: null });
    await expect(client.post('/api/v1/alerts/al_0/acknowledge', {})).rejects.toMatchObject({ code: 'alert_unknown' });
  });

  it('ends its readers when it stops', async () => {
    const stream = readServerEvents(await client.stream('/api/v1/events'));
    await stream.next();
    const end = stream.next();
    server.fleet.events.close();
    expect((await end).done).toBe(true);
  });
});
