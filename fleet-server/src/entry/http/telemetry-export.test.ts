import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@plumbline/shared/testing';
import type { Row } from '@plumbline/shared/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import { createFleetServer, type FleetServer } from '../../server.ts';
import type { App } from './edge.ts';
import { createHttpApp } from './index.ts';
import { checkedAnswers } from '../testing/checked-answers.ts';

const ROWS = 2500;
const clock = createVirtualClock(Date.parse('2026-05-01T00:00:00Z'));
let folder: string;
let server: FleetServer;
let app: App;

const outcome = (device: string, seq: number): Row => ({
  kind: 'event',
  at: seq,
  code: 'noted',
  ref: `${device}-${seq}`,
});
const send = (site: string, device: string, from: number, to: number) =>
  server.fleet.ingest.take({
    site,
    device,
    batch: {
      stream: `stream-of-${device}`,
      class: 'reports',
      rows: Array.from({ length: to - from + 1 }, (_, i) => [from + i, outcome(device, from + i)]),
    },
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-export-'));
  const config = readConfig({
    PLUMBLINE_STATE: folder,
    PLUMBLINE_DEVELOPMENT: '1',
    PLUMBLINE_HTTP_PORT: '0',
    PLUMBLINE_MQTT_PORT: '0',
    PLUMBLINE_LOG_LEVEL: 'silent',
  });
  server = await createFleetServer(config, { advanceByTimer: false, clock });
  app = checkedAnswers(createHttpApp(server.fleet));
  await send('north', 'gw-1', 1, ROWS);
  await clock.advance(60_000);
  await send('south', 'gw-2', 1, 3);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface Shown {
  stream: string;
  seq: number;
  ref: string | null;
  body: Row;
}
interface Page {
  rows: Shown[];
  next: { stream: string; seq: number } | null;
}

const ask = (query: Record<string, string>, headers: Record<string, string> = {}) =>
  app.request(`/api/v1/telemetry/export?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${server.fleet.operatorToken}`, ...headers },
  });
const pageOf = async (query: Record<string, string>) => (await (await ask(query)).json()) as Page;
const refsOf = ({ rows }: Page) => rows.map(({ ref }) => ref);
const linesOf = async (query: Record<string, string>) => {
  const response = await ask(query, { accept: 'application/x-ndjson' });
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  return (await response.text()).trimEnd().split('\n');
};

describe('the export of telemetry', () => {
  it('shows a row by its reference, with stream, number and the body as it was sent', async () => {
    const { rows, next } = await pageOf({ ref: 'gw-2-2' });
    expect(next).toBeNull();
    expect(rows).toMatchObject([
      { stream: 'stream-of-gw-2', seq: 2, device: 'gw-2', site: 'south', ref: 'gw-2-2', body: outcome('gw-2', 2) },
    ]);
    expect(await pageOf({ ref: 'nobody' })).toEqual({ rows: [], next: null });
  });

  it.each<[Record<string, string>, number]>([
    [{ site: 'north', limit: '5000' }, ROWS],
    [{ site: 'south' }, 3],
    [{ device: 'gw-2' }, 3],
    [{ device: 'gw-2', site: 'north' }, 0],
    [{ kind: 'event', device: 'gw-2' }, 3],
    [{ kind: 'gap' }, 0],
    [{ since: '2026-05-01T00:01:00Z' }, 3],
    [{ since: String(Date.parse('2026-05-01T02:01:00+02:00')) }, 3],
    [{ since: '2026-05-01T00:01:01Z' }, 0],
  ])('takes the filters %j, all of which a row has to pass', async (filter, count) => {
    expect((await pageOf(filter)).rows).toHaveLength(count);
  });

  it('gives pages that neither repeat nor leave out a row, also while more arrives', async () => {
    const seen: string[] = [];
    let more = 0;
    for (let next: Page['next'] = { stream: '', seq: 0 }; next !== null;) {
      const page: Page = await pageOf({ stream: next.stream, seq: String(next.seq), limit: '700', device: 'gw-1' });
      seen.push(...page.rows.map(({ seq }) => String(seq)));
      ({ next } = page);
      if (more < 2) await send('north', 'gw-1', ROWS + 1 + 10 * more, ROWS + 10 * (more += 1));
    }
    expect(seen).toEqual(Array.from({ length: ROWS + 20 }, (_, i) => String(i + 1)));
  });

  it('gives everything at once, a row a line, to who asks for NDJSON, and the same rows as the pages', async () => {
    const lines = await linesOf({ device: 'gw-1' });
    expect(lines.length).toBeGreaterThan(ROWS);
    const [first] = refsOf(await pageOf({ device: 'gw-1', limit: '1' }));
    expect((JSON.parse(lines[0] ?? '') as Shown).ref).toBe(first);
    expect(await linesOf({ ref: 'gw-2-3' })).toHaveLength(1);
    expect(await linesOf({ ref: 'nobody' })).toEqual(['']);
  });

  it('reads on only as fast as it is read: what nobody takes is not fetched', async () => {
    const response = await ask({ device: 'gw-1' }, { accept: 'application/x-ndjson' });
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    const rows = new TextDecoder().decode(value).trimEnd().split('\n').length;
    await reader.cancel();
    expect(rows).toBeLessThanOrEqual(1000);
  });

  it.each<[Record<string, string>, string]>([
    [{ limit: '0' }, 'limit'],
    [{ limit: '5001' }, 'limit'],
    [{ seq: '-1' }, 'seq'],
    [{ since: 'yesterday' }, 'since'],
    [{ kind: 'wish' }, 'kind'],
    [{ reff: 'x' }, 'reff'],
  ])('refuses %j, naming the field', async (query, field) => {
    const response = await ask(query);
    expect(response.status).toBe(400);
    const said = (await response.json()) as { code: string; detail: string };
    expect(said).toMatchObject({ code: 'body_malformed', detail: expect.stringContaining(field) });
  });

  it('asks who is there, in both forms', async () => {
    for (const accept of ['application/json', 'application/x-ndjson']) {
      const response = await app.request('/api/v1/telemetry/export', { headers: { accept } });
      expect(response.status).toBe(401);
    }
  });
});
