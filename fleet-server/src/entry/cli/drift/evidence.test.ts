import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hold } from '@plumbline/shared/drift';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchAlerts, type AlertWatch, type ShownAlert } from '../../../insight/alerts/index.ts';
import type { KeptFinding } from '../../../insight/drift/index.ts';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { audit, type ReadDb } from '../../../platform/db/index.ts';
import { createCountingFleet, type CountingFleet } from '../../testing/counting-fleet.ts';
import { serveCli, type ServedCli } from '../../testing/run-cli.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { addAlerts } from '../told/alerts.ts';
import { addDrift } from './drift.ts';

const DAY_MS = 86_400_000;
const lab = createModelLab();
let small: SmallFleet;
let counting: CountingFleet;
let cli: ServedCli;
let changedOn: number;
let alerts: AlertWatch;

/** Twelve sites: a sensor is stuck on the third day, and everything has moved on the fourth. */
beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: Date.UTC(2026, 2, 1) });
  cli = await serveCli(small, [addDrift, addAlerts]);
  counting = await createCountingFleet(small);
  await counting.passDay();
  const stuck = () => ({ ...counting.usual(), a: 2.5 });
  await counting.passDay((device) => (device === 'gw-5' ? stuck : counting.usual));
  changedOn = counting.today();
  const tall = () => ({ ...counting.usual(), a: 3 + Math.abs(counting.usual().score) });
  await counting.passDay((device) => (device === 'gw-5' ? stuck : tall));
  await counting.send('gw-2', { ...counting.count(counting.today(), 10), count: 11 });
  alerts = watchAlerts(small.fleet);
  await alerts.look();
});
afterAll(async () => {
  await cli.close();
  await small[Symbol.asyncDispose]();
  await lab.close();
});

const get = async (path: string) => {
  const response = await fetch(`${cli.url}/api/v1${path}`, { headers: { authorization: 'Bearer operator' } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const countsOf = async (query: string) => {
  const { body } = await get(`/drift/delay/windows?version=1.0.0&${query}`);
  return (body['windows'] as { window: { count: number } }[]).map(({ window }) => window.count);
};
const rowsOfAudit = async (db: ReadDb) => (await db.select({ id: audit.id }).from(audit)).length;

const list = () => cli.json<ShownAlert[]>('alerts', 'list');

const drifted = async () => (await list()).find(({ kind }) => kind === 'drift')!;

describe('what the server found, by its commands', () => {
  it('drift status names the changes that last, since when, how sure, and what to do; and what is held back', async () => {
    const { findings, holds } = await cli.json<{ findings: KeptFinding[]; holds: Hold[] }>('drift', 'status', 'delay');
    const moved = findings.find(({ kind, scope }) => kind === 'covariate' && scope.of === 'fleet');
    expect(moved).toMatchObject({ line: 'delay', version: '1.0.0', subject: 'a', alarm: true, standing: true });
    expect(moved).toMatchObject({
      since: { at: changedOn * DAY_MS },
      todo: expect.any(String),
      sure: expect.any(String),
    });
    expect(holds).toMatchObject([{ feature: 'a', scope: { of: 'device', id: 'gw-5' }, to: null }]);
    const { out } = await cli.run('drift', 'status', 'delay');
    for (const said of [moved!.sentence, moved!.todo, '  since  2026-', 'device gw-5']) expect(out).toContain(said);
  });

  it('drift findings are narrowed by version, kind and alarm, and listed with where they are', async () => {
    const all = await cli.json<KeptFinding[]>('drift', 'findings', 'delay', '--all');
    const alarms = await cli.json<KeptFinding[]>('drift', 'findings', 'delay');
    expect(all.length).toBeGreaterThan(alarms.length);
    expect(alarms.every(({ alarm }) => alarm)).toBe(true);
    const stuck = await cli.json<KeptFinding[]>('drift', 'findings', 'delay', '--kind', 'quality');
    expect(stuck.map(({ quality, scope }) => [quality, scope.id])).toContainEqual(['stuck', 'gw-5']);
    expect(await cli.json('drift', 'findings', 'delay', '--version-of', '1.0.0')).toEqual(alarms);
    expect((await cli.run('drift', 'findings', 'delay')).out).toMatch(/! +2026-\d\d-\d\d +stuck +device gw-5/);
  });

  it('drift holds and refusals are listed, of one device too', async () => {
    const holds = await cli.json<Hold[]>('drift', 'holds', 'delay');
    expect(holds).toMatchObject([{ line: 'delay', feature: 'a', to: null }]);
    expect((await cli.run('drift', 'holds', 'delay')).out).toMatch(/a +device gw-5 +2026-\d\d-\d\d +now/);
    expect((await get('/drift/delay/windows?version=1.0.0')).body['windows']).toHaveLength(3);
    const refused = { device: 'gw-2', site: 'site-of-gw-2', code: 'window_counts_differ', line: 'delay' };
    expect(await cli.json('drift', 'refusals')).toMatchObject([refused]);
    expect(await cli.json('drift', 'refusals', '--device', 'gw-2')).toMatchObject([refused]);
    expect(await cli.json('drift', 'refusals', '--device', 'gw-3')).toEqual([]);
    expect((await cli.run('drift', 'refusals')).out).toContain('window_counts_differ');
  });

  it('drift windows add up to what devices counted, by part of the fleet', async () => {
    expect(await countsOf('whole=true')).toEqual([3 * 12 * 40]);
    expect(await countsOf('by=site&id=site-of-gw-5')).toEqual([40, 40, 40]);
    expect(await countsOf('by=device&id=gw-5&whole=true')).toEqual([120]);
    expect(await countsOf(`from=${changedOn * DAY_MS}`)).toEqual([480]);
    expect(await countsOf('by=device&id=nobody')).toEqual([]);
  });

  it('drift report writes one page with everything in it, and as numbers', async () => {
    const file = join(small.folder, 'report.html');
    const said = await cli.json('drift', 'report', 'delay', '--html', file);
    expect(said).toMatchObject({ model: 'delay@1.0.0', html: file, alarms: expect.any(Number), periods: 3 });
    const html = await readFile(file, 'utf8');
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).not.toMatch(/<script|src="http|@import/i);
    expect((await cli.run('drift', 'report', 'delay@1.0.0', '--html', file, '--days', '30')).code).toBe(0);
  });
});

describe('what is asked wrongly', () => {
  it.each<[string[], number, string, string | undefined]>([
    [['drift', 'status', 'nope'], 4, 'model_unknown', 'model'],
    [['drift', 'findings', 'nope'], 4, 'model_unknown', 'model'],
    [['drift', 'holds', 'nope'], 4, 'model_unknown', 'model'],
    [['drift', 'findings', 'delay', '--kind', 'weather'], 4, 'body_malformed', 'kind'],
    [['drift', 'findings', 'delay', '--version-of', '9.9.9'], 4, 'model_unknown', 'model'],
    [['drift', 'findings'], 2, 'commander.missingArgument', undefined],
    [['drift', 'report', 'delay'], 2, 'commander.missingMandatoryOptionValue', undefined],
    [['drift', 'report', 'nope', '--html', 'FILE'], 4, 'model_unknown', 'model'],
    [['drift', 'report', 'delay@9.9.9', '--html', 'FILE'], 4, 'model_unknown', 'model'],
    [['drift', 'report', 'delay', '--html', 'FILE', '--days', '0'], 4, 'body_malformed', 'days'],
    [['drift', 'report', 'delay', '--html', 'FILE', '--days', 'x'], 2, 'config_invalid', '--days'],
    [['drift', 'report', 'delay', '--html', 'FOLDER/none/x.html'], 4, 'file_unwritable', '--html'],
    [['alerts', 'acknowledge', 'al_none'], 4, 'alert_unknown', 'alert'],
    [['alerts', 'mute'], 4, 'alert_mute_empty', 'kind'],
    [['alerts', 'mute', '--kind', 'rain'], 4, 'body_malformed', 'kind'],
    [['alerts', 'mute', '--kind', 'drift', '--for', '8'], 4, 'duration_malformed', '--for'],
    [['alerts', 'mute', '--kind', 'drift', '--for', '91d'], 4, 'alert_mute_time', 'until'],
    [['alerts', 'unmute', 'mu_none'], 4, 'alert_mute_unknown', 'mute'],
    [['alerts', 'rules', 'put', 'Ops', '--email', 'a@example.com'], 4, 'body_malformed', 'name'],
    [['alerts', 'rules', 'put', 'ops'], 4, 'body_malformed', 'routes'],
    [['alerts', 'rules', 'put', 'ops', '--email', 'nobody'], 4, 'body_malformed', 'routes.email.0'],
    [['alerts', 'rules', 'put', 'ops', '--webhooks', 'wh_none'], 4, 'alert_route_unknown', 'routes.webhooks'],
    [
      ['alerts', 'rules', 'put', 'ops', '--email', 'a@example.com', '--kinds', 'rain'],
      4,
      'body_malformed',
      'when.kinds.0',
    ],
    [['alerts', 'rules', 'remove', 'none'], 4, 'alert_rule_unknown', 'name'],
  ])('%j ends with %i, %s', async (words, code, name, field) => {
    const { db } = small.fleet.database;
    const before = await rowsOfAudit(db);
    const file = join(small.folder, 'never.html');
    const at = words.map((word) => word.replace('FILE', file).replace('FOLDER', small.folder));
    const ran = await cli.run('--json', ...at);
    expect([ran.code, ran.error?.code, ran.error?.field, ran.out]).toEqual([code, name, field, '']);
    expect(await rowsOfAudit(db)).toBe(before);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['/drift/delay/windows', 400, 'version'],
    ['/drift/delay/windows?version=1.0.0&by=planet', 400, 'by'],
    ['/drift/delay/windows?version=9.9.9', 404, 'model'],
    ['/drift/delay/findings?alarm=perhaps', 400, 'alarm'],
    ['/drift/delay/findings?limit=0', 400, 'limit'],
    ['/drift/delay/findings?colour=red', 400, undefined],
    ['/evidence/refusals?planet=mars', 400, undefined],
  ])('GET %s is answered with %i', async (path, status, field) => {
    const answer = await get(path);
    expect([answer.status, answer.body['field']]).toEqual([status, field ?? answer.body['field']]);
  });

  it('and nobody who has not signed in is told anything', async () => {
    for (const path of ['/drift/delay/findings', '/evidence/refusals', '/drift/delay/report', '/alerts/rules']) {
      expect((await fetch(`${cli.url}/api/v1${path}`)).status).toBe(401);
    }
  });
});

describe('alerts, by their commands', () => {
  it('say what, where, since when, how sure and what to do; muted ones stay in the list', async () => {
    const alert = await drifted();
    expect(alert).toMatchObject({
      severity: expect.any(String),
      subject: expect.stringContaining('model:delay@1.0.0'),
    });
    expect(alert.details).toMatchObject({ line: 'delay', since: { at: expect.any(Number) }, sure: expect.any(String) });
    const mute = await cli.json<{ id: string; kind: string; subject: string }>(
      'alerts',
      'mute',
      alert.id,
      '--for',
      '2h',
    );
    expect(mute).toMatchObject({ kind: 'drift', subject: alert.subject });
    expect(await drifted()).toMatchObject({ muted: { id: mute.id } });
    expect((await cli.run('alerts', 'mutes')).out).toContain(mute.id);
    await cli.run('alerts', 'unmute', mute.id);
    expect(await cli.json('alerts', 'mutes')).toEqual([]);
    expect((await cli.run('--json', 'alerts', 'unmute', mute.id)).error?.code).toBe('alert_mute_over');
  });

  it('are over once a person has seen what happened, and are not seen twice', async () => {
    const alert = await drifted();
    const seen = await cli.json('alerts', 'acknowledge', alert.id, '--note', 'we retrain');
    expect(seen).toMatchObject({ id: alert.id, acknowledged: { note: 'we retrain' } });
    expect((await cli.run('--json', 'alerts', 'acknowledge', alert.id)).error?.code).toBe('alert_over');
    await small.clock.advance(120_000);
    await alerts.look();
    expect((await list()).map(({ subject }) => subject)).not.toContain(alert.subject);
    const all = await cli.json<ShownAlert[]>('alerts', 'list', '--all');
    expect(all.filter(({ subject }) => subject === alert.subject)).toHaveLength(1);
  });

  it('are told by rules, which are put, replaced, listed and removed', async () => {
    const put = ['alerts', 'rules', 'put', 'ops', '--kinds', 'drift,data_quality', '--email'];
    expect(await cli.json(...put, 'ana@example.com')).toMatchObject({ when: { kinds: ['drift', 'data_quality'] } });
    await cli.run(...put, 'ana@example.com, bo@example.com');
    expect(await cli.json('alerts', 'rules')).toMatchObject([
      { name: 'ops', routes: { email: ['ana@example.com', 'bo@example.com'], webhooks: [] } },
    ]);
    expect((await cli.run('alerts', 'rules', 'list')).out).toContain('kinds drift,data_quality');
    await cli.run('alerts', 'rules', 'remove', 'ops');
    expect(await cli.json('alerts', 'rules')).toEqual([]);
    expect(await cli.json('alerts', 'mails')).toEqual([]);
  });
});
