import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lookForAlerts } from '../../insight/alerts/index.ts';
import { createModelLab, openArtifactFiles } from '../../platform/adapters/index.ts';
import { chainHead, readHead, record, verifyChain, type SignedHead } from '../../platform/audit/index.ts';
import { hashOf } from '../../platform/audit/chain.ts';
import { alerts, asc, audit, eq, gt, isNull } from '../../platform/db/index.ts';
import { createSmallFleet, type SmallFleet } from '../testing/small-fleet.ts';
import { createHeadKeeper } from './keep-heads.ts';
import { readHeadPlace } from './settings.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TOKEN = 'of the receiver';

const lab = createModelLab();
let small: SmallFleet;
let receiver: Server;
let url: string;
let status = 204;
let received: SignedHead[] = [];
let asked = 0;

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  receiver = createServer(async (request, response) => {
    asked += 1;
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
    if (status < 300 && isKnown) received.push(JSON.parse(text) as SignedHead);
    response.writeHead(isKnown ? status : 401).end();
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/secret-path`;
}, 60_000);
afterAll(async () => {
  await new Promise((closed) => receiver.close(closed));
  await small[Symbol.asyncDispose]();
  await lab.close();
});
beforeEach(() => {
  [received, asked, status] = [[], 0, 204];
});

const write = (rows: number) =>
  small.fleet.database.transaction(async (tx) => {
    for (let i = 0; i < rows; i += 1) {
      await record(tx, { actor: 'user:ana', action: 'test.write', subject: 'test', details: { i } });
    }
  });
const keeper = (place = url) => {
  const environment = { PLUMBLINE_AUDIT_HEAD_URL: place, PLUMBLINE_AUDIT_HEAD_TOKEN: TOKEN };
  const { look, settled } = createHeadKeeper(small.fleet, readHeadPlace(environment, { development: true }).place);
  return async () => {
    look();
    await settled();
  };
};

describe('the head of the audit', () => {
  it('is brought out at once, every hour, and after five hundred rows', async () => {
    const look = keeper();
    await write(3);
    await look();
    await look();
    expect(received).toHaveLength(1);
    expect(readHead(received[0])).toMatchObject(await chainHead(small.fleet.database.db));
    await small.clock.advance(HOUR_MS);
    await look();
    expect(received).toHaveLength(2);
    await write(499);
    await look();
    expect(received).toHaveLength(2);
    await write(1);
    await look();
    expect(received).toHaveLength(3);
  });

  it('is tried again later and later while the receiver refuses, and alerted of after a day, until it is kept', async () => {
    const look = keeper();
    await small.clock.advance(HOUR_MS);
    status = 503;
    const open = async () =>
      (await small.fleet.database.db.select().from(alerts).where(isNull(alerts.clearedAt))).filter(
        ({ kind }) => kind === 'audit_head_unkept',
      );
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      await look();
      await small.clock.advance(60_000);
    }
    // Within the first hour after 1, 2, 4, 8, 16 and 32 minutes, and once an hour from then on.
    expect(asked).toBeLessThan(35);
    expect(asked).toBeGreaterThan(25);
    await lookForAlerts(small.fleet);
    const [alert] = await open();
    expect(alert?.sentence).toMatch(/has not reached 127\.0\.0\.1:\d+ for a day \(the receiver answered 503\)/);
    expect(alert?.sentence).not.toContain('secret-path');
    status = 204;
    await small.clock.advance(HOUR_MS);
    await look();
    await lookForAlerts(small.fleet);
    expect(await open()).toEqual([]);
  });

  it('is appended to a file, a line each', async () => {
    const file = join(small.folder, 'heads.ndjson');
    const look = keeper(`file://${file}`);
    await look();
    await small.clock.advance(HOUR_MS);
    await look();
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.map((line) => readHead(JSON.parse(line)).id)).toEqual([expect.any(Number), expect.any(Number)]);
  });
});

/** Row 53: the chain agrees with itself, and with the newest head, which a thief of the server has signed. */
describe('heads that were kept', () => {
  it('show a tail that was cut off, and a chain that was written anew and signed again', async () => {
    const look = keeper();
    const { database } = small.fleet;
    await small.clock.advance(DAY_MS);
    await write(2);
    await look();
    const [honest] = received;
    await write(1);
    const last = (await chainHead(database.db)).id;
    await database.transaction(async (tx) => {
      await tx.delete(audit).where(gt(audit.id, honest!.id - 1));
    });
    expect(await verifyChain(database.db)).toBeNull();
    expect(await verifyChain(database.db, honest)).toEqual({ id: honest!.id, reason: 'not-the-known-head' });

    await database.transaction(async (tx) => {
      const rows = await tx.select().from(audit).orderBy(asc(audit.id));
      let previousHash = '';
      for (const row of rows) {
        const anew = { ...row, previousHash, actor: row.actor === 'user:ana' ? 'user:eve' : row.actor };
        previousHash = hashOf(anew);
        await tx
          .update(audit)
          .set({ ...anew, hash: previousHash })
          .where(eq(audit.id, row.id));
      }
    });
    await write(last);
    await small.clock.advance(HOUR_MS);
    await look();
    const forged = received.at(-1)!;
    expect(await verifyChain(database.db, forged)).toBeNull();
    expect(await verifyChain(database.db, [honest!, forged])).toEqual({ id: honest!.id, reason: 'not-the-known-head' });
  });
});

it.each([
  ['http://heads.example/', 'PLUMBLINE_AUDIT_HEAD_URL'],
  ['ftp://heads.example/', 'PLUMBLINE_AUDIT_HEAD_URL'],
  ['heads', 'PLUMBLINE_AUDIT_HEAD_URL'],
])('no head is brought to %s', (place, name) => {
  const { problems } = readHeadPlace({ PLUMBLINE_AUDIT_HEAD_URL: place }, { development: true });
  expect(problems[0]).toMatch(new RegExp(`^${name}: expected`));
});
