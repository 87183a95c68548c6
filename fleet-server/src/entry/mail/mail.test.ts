import type { Finding } from '@plumbline/shared/drift';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  acknowledgeAlert,
  lookForAlerts,
  muteAlerts,
  putRule,
  removeRule,
  showAlerts,
} from '../../insight/alerts/index.ts';
import { alerts, driftFindings, eq, openDatabase, type Database } from '../../platform/db/index.ts';
import { createDispatcher, emit, type Dispatcher } from '../../platform/outbox/index.ts';
import { mailPage, settleDead, startMail } from './index.ts';
import { createSender } from './send.ts';

const PASSWORD = 'pass/word-9';
const FROM = 'plumbline@example.com';
const HOUR_MS = 3_600_000;

interface Taken {
  to: string[];
  raw: string;
}

let clock: VirtualClock;
let database: Database;
let dispatcher: Dispatcher;
let mail: ReturnType<typeof startMail>;
let server: SMTPServer;
let taken: Taken[];
/** What the mail server says to an address; undefined takes it. */
let refusal: (address: string) => { responseCode: number; message: string } | undefined;
let log: string[];

/** A real server, which asks for a login. */
async function startServer(): Promise<number> {
  server = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth({ username, password }, _session, done) {
      const isRight = username === 'fleet' && password === PASSWORD;
      done(isRight ? null : new Error(`no ${username} with ${password}`), isRight ? { user: 'fleet' } : undefined);
    },
    onRcptTo({ address }, _session, done) {
      const refused = refusal(address);
      done(refused === undefined ? null : Object.assign(new Error(refused.message), refused));
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        taken.push({ to, raw: Buffer.concat(parts).toString('utf8') });
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  return (server.server.address() as AddressInfo).port;
}

const mails = async (state?: string) => (await mailPage(database.db, { state }, { limit: 100 })).mails;
const settle = async () => {
  await dispatcher.settled();
  await mail.settled();
};
const advance = async (ms: number) => {
  await clock.advance(ms);
  await settle();
};

async function begin(password = PASSWORD): Promise<void> {
  const url = `smtp://fleet:${encodeURIComponent(password)}@127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  dispatcher = createDispatcher({ database, clock });
  const lines = { write: (line: string) => void log.push(line) };
  mail = startMail({ database, dispatcher, clock, log: pino({ level: 'trace' }, lines) }, { url, from: FROM });
  await dispatcher.start();
}

const rule = (email: string[], when: object = {}) =>
  putRule({ database, now: clock.now }, 'user:ana', { name: 'ops', when, routes: { email, webhooks: [] } });

let count = 0;
async function raise(sentence: string, details: object = {}): Promise<string> {
  const id = `al_${(count += 1)}`;
  await database.transaction(async (tx) => {
    const about = { kind: 'drift', subject: `model:delay@1.${count}.0`, scope: 'model', sentence };
    const times = { raisedAt: clock.now(), lastAt: clock.now(), count: 1, told: 1 };
    await tx.insert(alerts).values({ id, ...about, ...times, details: JSON.stringify(details) });
    await emit(tx, {
      type: 'alert.raised',
      alert: id,
      kind: 'drift',
      subject: about.subject,
      scope: 'model',
      sentence,
    });
  });
  return id;
}

beforeEach(async () => {
  clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  [taken, log, refusal] = [[], [], () => undefined];
  await startServer();
  await begin();
});
afterEach(async () => {
  await mail.stop();
  await dispatcher.stop();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await database.close();
});

describe('an alert', () => {
  const details = { where: 'sites north, south', since: 'about 2026-03-04', sure: 'p < 0.001', todo: 'Look at crew.' };

  it('is mailed to each address of its rules, one mail each, with what, where, since, how sure and what to do', async () => {
    await rule(['ana@example.com', 'bo@example.com'], { kinds: ['drift'] });
    const id = await raise('crew lies elsewhere', details);
    await settle();
    expect(taken.map(({ to }) => to)).toEqual([['ana@example.com'], ['bo@example.com']]);
    const [{ raw } = { raw: '' }] = taken;
    expect(raw).toMatch(/^From: Plumbline <plumbline@example.com>$/m);
    expect(raw).toMatch(/^To: ana@example.com$/m);
    expect(raw).toMatch(/^Subject: \[plumbline\] crew lies elsewhere$/m);
    expect(raw).toMatch(/^Date: Thu, 01 Jan 2026 00:00:00 \+0000$/m);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated$/m);
    for (const said of ['crew lies elsewhere', ...Object.values(details), id]) expect(raw).toContain(said);
    expect((await mails()).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
  });

  it('that no rule names is mailed to nobody, nor after its rule was removed', async () => {
    await rule(['ana@example.com'], { kinds: ['device_cloned'] });
    await raise('crew lies elsewhere');
    await settle();
    await rule(['ana@example.com']);
    await removeRule({ database }, 'user:ana', 'ops');
    await raise('trade lies elsewhere');
    await settle();
    expect([taken, await mails()]).toEqual([[], []]);
  });

  it('cannot write headers, recipients or commands, whatever it says', async () => {
    await rule(['ana@example.com']);
    const evil = 'x\r\nBcc: all@example.com\r\nX-Evil: 1\r\n\r\nbody\u2028\u0085.\r\nRCPT TO:<all@example.com>';
    await raise(evil, { where: evil, path: '/etc/passwd', href: 'http://127.0.0.1/' });
    await settle();
    expect(taken.map(({ to }) => to)).toEqual([['ana@example.com']]);
    const head = taken[0]!.raw.split('\r\n\r\n')[0]!.replaceAll(/\r\n[ \t]+/g, ' ');
    const names = head.split('\r\n').map((line) => line.split(':')[0]);
    expect(names.filter((name) => name === 'Bcc' || name === 'X-Evil')).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    expect(taken[0]!.raw).not.toContain('root:');
  });
});

describe('a mail server', () => {
  it('that fails is asked again after 10 s, 30 s … and the mail keeps its id', async () => {
    await rule(['ana@example.com']);
    refusal = () => ({ responseCode: 451, message: 'later' });
    await raise('crew lies elsewhere');
    await settle();
    await advance(12_000);
    expect((await mails())[0]).toMatchObject({ state: 'waiting', attempts: 2 });
    refusal = () => undefined;
    await advance(35_000);
    const [sent] = await mails();
    expect(sent).toMatchObject({ state: 'delivered', attempts: 3, lastReason: null });
    expect(taken[0]!.raw).toContain(`Message-ID: <${sent!.id}@example.com>`);
  });

  it('is asked again by the next life of the server for what was waiting', async () => {
    await rule(['ana@example.com']);
    refusal = () => ({ responseCode: 451, message: 'later' });
    await raise('crew lies elsewhere');
    await settle();
    await mail.stop();
    await dispatcher.stop();
    refusal = () => undefined;
    await clock.advance(60_000);
    await begin();
    await settle();
    expect(taken).toHaveLength(1);
  });

  it('that knows no such address is not asked again; a person sends once more what was given up', async () => {
    await rule(['ana@example.com', 'gone@example.com']);
    refusal = (address) => (address.startsWith('gone') ? { responseCode: 550, message: 'no such user' } : undefined);
    await raise('crew lies elsewhere');
    await settle();
    expect(taken.map(({ to }) => to)).toEqual([['ana@example.com']]);
    const [dead] = await mails('dead');
    expect(dead).toMatchObject({ recipient: 'gone@example.com', attempts: 1 });
    expect(dead?.lastReason).toContain('no such user');
    refusal = () => undefined;
    const deps = { database, now: clock.now };
    expect(await settleDead(deps, 'user:ana', { order: 'retry', to: 'gone@example.com' })).toMatchObject({ mails: 1 });
    await settle();
    expect(taken.at(-1)?.to).toEqual(['gone@example.com']);
  });

  it('that refuses the login hears of it for a day, and nobody reads the password', async () => {
    await mail.stop();
    await dispatcher.stop();
    await begin('wrong-pass/word');
    await rule(['ana@example.com']);
    await raise('crew lies elsewhere');
    await settle();
    for (let attempts = 1; attempts < 11; attempts += 1) {
      await advance(8 * HOUR_MS);
      // By the longest sleep, at the latest, it looks again.
      await advance(60_000);
    }
    const [given] = await mails();
    expect(given).toMatchObject({ state: 'dead', attempts: 11 });
    expect(given?.lastReason).toMatch(/^EAUTH/);
    expect(JSON.stringify([given, log])).not.toMatch(/wrong-pass/);
    expect(await settleDead({ database, now: clock.now }, 'user:ana', { order: 'drop' })).toMatchObject({ mails: 1 });
    expect(await mails()).toEqual([]);
  });

  it('that is away is a failure with a reason', async () => {
    const sender = createSender({ url: 'smtp://fleet:secret@127.0.0.1:9', from: FROM });
    const ended = await sender.send({
      id: 'ml_1',
      recipient: 'ana@example.com',
      subject: 's',
      body: 'b',
      createdAt: 0,
    });
    expect(ended).toMatchObject({ ok: false, never: false, reason: expect.stringMatching(/ECONN|ESOCKET/) });
    sender.close();
  });
});

const deps = () => ({ database, now: clock.now });

const told = () => taken.filter(({ raw }) => /^Subject: \[plumbline\] (?!over)/m.test(raw)).length;

/** A look an hour later, and everything that follows from it. */
async function look(): Promise<void> {
  await clock.advance(HOUR_MS);
  await lookForAlerts(deps());
  await settle();
}

describe('a finding of drift', () => {
  const subject = 'model:delay@1.0.0/covariate:crew';

  /** What a look has found: the newest word on a change that began so long ago. */
  async function find(day: number, begunAt: number, about = subject): Promise<void> {
    const at = clock.now();
    const sentence = `crew has moved, look ${day}`;
    const said = { sure: '1 in 1,000', todo: 'see whether the work has changed', shares: [], devices: 9, sites: 9 };
    const scope = { of: 'fleet' as const, id: '' };
    const of = { id: `${about} ${day}`, kind: 'covariate' as const, line: 'delay', version: '1.0.0' };
    const numbers = { statistic: 9, threshold: 2, p: 1e-6, effect: 1, n: 900, tests: [], alarm: true };
    const finding: Finding = { ...of, ...said, ...numbers, scope, from: at, to: at + 1, sentence };
    const kept = { subject: about, scope: 'fleet', scopeId: '', fromAt: at, toAt: at + 1, alarm: 1, standing: 1 };
    await end(about);
    await database.transaction((tx) =>
      tx.insert(driftFindings).values({ ...of, ...kept, begunAt, body: JSON.stringify(finding), judgedAt: at }),
    );
  }
  const end = (about = subject) =>
    database.transaction((tx) => tx.update(driftFindings).set({ standing: 0 }).where(eq(driftFindings.subject, about)));
  const open = async () => (await showAlerts(database.db, clock.now())).find((one) => one.subject === subject)!;

  beforeEach(() => rule(['ana@example.com'], { kinds: ['drift'] }));

  it('is one mail, however many looks find it, with when it began, how sure and what to do', async () => {
    const begunAt = clock.now();
    for (const day of [1, 2, 3, 4]) {
      await find(day, begunAt);
      await look();
      await look();
    }
    expect(told()).toBe(1);
    for (const part of ['crew has moved, look 1', '1 in 1,000', 'see whether the work has changed']) {
      expect(taken[0]!.raw.replaceAll(/=\r\n/g, '')).toContain(part);
    }
    await find(5, clock.now(), 'model:delay@1.0.0/covariate:trade');
    await look();
    expect(told()).toBe(2);
  });

  it('that a person has seen is told no more while it lasts, and again when it comes back', async () => {
    const begunAt = clock.now();
    await find(1, begunAt);
    await look();
    await acknowledgeAlert(deps(), 'user:bo', { alert: (await open()).id, note: '' });
    for (const day of [2, 3]) {
      await find(day, begunAt);
      await look();
    }
    expect(told()).toBe(1);
    await end();
    await look();
    await clock.advance(HOUR_MS);
    await find(4, clock.now());
    await look();
    expect(told()).toBe(2);
  });

  it('that is muted is told to nobody: not later either if it ends meanwhile, and once if it does not', async () => {
    const mute = { kind: 'drift' as const, forMs: 24 * HOUR_MS, reason: 'works' };
    await muteAlerts(deps(), 'user:bo', mute);
    await find(1, clock.now());
    await look();
    await end();
    await look();
    expect(taken).toEqual([]);
    await find(2, clock.now());
    for (let hour = 0; hour < 30; hour += 1) await look();
    expect(taken).toHaveLength(1);
    expect(taken[0]!.raw).toContain('look 2');
  });

  it('is one mail too where the server ended between the alert and the mail', async () => {
    await find(1, clock.now());
    await mail.stop();
    await dispatcher.stop();
    await clock.advance(HOUR_MS);
    await lookForAlerts(deps());
    await begin();
    await settle();
    await look();
    expect(told()).toBe(1);
  });
});
