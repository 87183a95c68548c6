import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import {
  datasets,
  deviceGroups,
  devices,
  driftRefusals,
  groupDevices,
  mailDeliveries,
  modelVersions,
  pipelines,
  retrainingTurns,
  sites,
} from '../../../platform/db/index.ts';
import { checkedAnswers } from '../../testing/checked-answers.ts';
import { createPeople, type People } from '../../testing/people.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { createHttpApp } from '../index.ts';

const SITES = 2000;
const ROWS = 23;
const CHUNK = 500;
const lab = createModelLab();
let small: SmallFleet;
let people: People;

const owner = () => small.fleet.operatorToken;
const named = (name: string, at: number) => `${name}-${String(at).padStart(4, '0')}`;
/** Several at one time, so that the time alone is no place in a list. */
const at = (index: number) => 1000 + Math.floor(index / 5);

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  people = createPeople(checkedAnswers(createHttpApp(small.fleet)), owner());
  const places = Array.from({ length: SITES }, (_, index) => ({
    id: named('site', index),
    zone: 'Europe/Berlin',
    region: index % 2 === 0 ? 'Küste' : '',
    state: 'open' as const,
    note: '',
    revision: 1,
    createdAt: 1,
  }));
  const rows = Array.from({ length: ROWS }, (_, index) => index);
  await small.fleet.database.transaction(async (tx) => {
    for (let from = 0; from < SITES; from += CHUNK) {
      await tx.insert(sites).values(places.slice(from, from + CHUNK));
      await tx.insert(devices).values(
        places.slice(from, from + CHUNK).map(({ id }) => ({
          id: `gw-${id}`,
          site: id,
          profile: 'linux-x64-dev',
          agent: '1.0.0',
          publicKey: JSON.stringify({ keytype: 'ed25519', scheme: 'ed25519', keyval: { public: '00'.repeat(32) } }),
          keyId: id,
          tags: '[]',
          reportCounter: 0,
          assignedSeq: 0,
          enrolledAt: 1,
        })),
      );
    }
    await tx
      .insert(deviceGroups)
      .values({ name: 'some', note: '', revision: 1, createdAt: 1, updatedAt: 1, updatedBy: 'x' });
    await tx
      .insert(groupDevices)
      .values(rows.map((index) => ({ group: 'some', device: `gw-${named('site', index)}` })));
    await tx.insert(driftRefusals).values(
      rows.map((index) => ({
        id: named('r', index),
        device: 'gw-1',
        site: 'north',
        line: 'delay',
        code: 'window_future',
        field: 'to',
        expected: 'the past',
        fromAt: 1,
        refusedAt: at(index),
      })),
    );
    await tx.insert(mailDeliveries).values(
      rows.map((index) => ({
        id: named('m', index),
        event: index,
        recipient: 'ops@example.com',
        type: 'alert.raised',
        alert: 'a',
        subject: 'x',
        body: 'x',
        state: index < 7 ? 'dead' : 'delivered',
        attempts: 1,
        nextAt: 1,
        createdAt: at(index),
      })),
    );
    await tx.insert(datasets).values(
      rows.map((index) => ({
        version: named('d', index),
        name: index % 2 === 0 ? 'even' : 'odd',
        reader: 'csv',
        rows: 1,
        rejected: 0,
        artifact: 'x',
        summary: '{}',
        createdAt: at(index),
      })),
    );
    await tx.insert(modelVersions).values(
      rows.map((index) => ({
        line: index % 2 === 0 ? 'delay' : 'iris',
        version: `1.0.${index}`,
        counter: index,
        state: index < 20 ? ('published' as const) : ('awaiting-approval' as const),
        algorithm: 'gbm',
        subject: '{}',
        card: '{}',
        createdAt: at(index),
      })),
    );
    await tx.insert(retrainingTurns).values(
      rows.map((index) => ({
        id: named('t', index),
        line: 'delay',
        state: 'completed' as const,
        cause: 'person' as const,
        sentence: 'x',
        findings: '[]',
        policy: JSON.stringify(POLICY),
        champion: '1.0.0',
        tries: 1,
        attempts: 1,
        says: '',
        details: '{}',
        actor: 'user:ana',
        openedAt: at(index),
        changedAt: at(index),
        endedAt: at(index),
      })),
    );
  });
}, 60_000);
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});

const POLICY = {
  line: 'delay',
  dataset: 'even@d',
  mode: 'examine',
  on: { everyDays: 365 },
  coolDownDays: 90,
  perYear: 4,
  retrainingsPerYear: 1,
  minimumLabels: 200,
  cohortDays: 365,
  windows: ['all'],
  recentDays: 30,
  halfLifeDays: 30,
  minimumGain: 0,
  tolerance: 0,
  sliceLimit: 0,
  search: {},
  rolloutPolicy: 'standard',
  seed: 1,
};

type Row = Record<string, unknown>;
type Answer = Row & { next: string | null };

/** Page by page to the end, with what a row is known by. */
async function walk(path: string, list: string, limit: number, keyOf: (row: Row) => unknown): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor !== '' && { cursor }) });
    const page: Answer = await people.json<Answer>('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`, {
      as: owner(),
    });
    pages.push((page[list] as Row[]).map(keyOf));
    cursor = page.next;
  }
  return pages;
}

const newestFirst = (name: string) => Array.from({ length: ROWS }, (_, index) => named(name, ROWS - 1 - index));
const id = ({ id: own }: Row) => own;

const versionOf = ({ line, counter }: Row) => `${String(line)} ${String(counter)}`;
/** Counters of a line, even or odd, the newest first. */
const countersOf = (line: string, from: number) =>
  Array.from({ length: ROWS }, (_, index) => ROWS - 1 - index)
    .filter((counter) => counter % 2 === from)
    .map((counter) => `${line} ${counter}`);
const totals = async (query: string) =>
  (await people.json<{ total: number }>('GET', `/sites?${query}`, { as: owner() })).total;

describe('lists that grow', () => {
  it.each([
    ['/evidence/refusals', 'refusals', id, newestFirst('r')],
    ['/alerts/mails', 'mails', id, newestFirst('m')],
    ['/retraining/turns', 'turns', id, newestFirst('t')],
    ['/datasets', 'datasets', ({ version }: Row) => version, newestFirst('d')],
    [
      '/groups/some/devices',
      'devices',
      (row: Row) => row,
      Array.from({ length: ROWS }, (_, index) => `gw-${named('site', index)}`),
    ],
  ])('%s comes page by page, each row once', async (path, list, keyOf, expected) => {
    const pages = await walk(path, list, 6, keyOf);
    expect(pages.map((page) => page.length)).toEqual([6, 6, 6, 5]);
    expect(pages.flat()).toEqual(expected);
  });

  it('versions come by line, the newest of each first', async () => {
    const all = (await walk('/models', 'models', 7, versionOf)).flat();
    expect(all).toEqual([...countersOf('delay', 0), ...countersOf('iris', 1)]);
    const published = (await walk('/models?line=iris&state=published', 'models', 3, versionOf)).flat();
    expect(published).toEqual(countersOf('iris', 1).filter((one) => one !== 'iris 21'));
  });

  it('every line is told with its newest version and the one in force', async () => {
    const { lines } = await people.json<{ lines: Row[] }>('GET', '/lines', { as: owner() });
    expect(lines).toMatchObject([
      { line: 'delay', versions: 12, newest: { version: '1.0.22' }, inForce: { version: '1.0.18' } },
      { line: 'iris', versions: 11, newest: { version: '1.0.21' }, inForce: { version: '1.0.19' } },
    ]);
  });

  it('mails that were given up are counted on every page', async () => {
    const page = await people.json('GET', '/alerts/mails?limit=2', { as: owner() });
    expect(page).toMatchObject({ dead: 7 });
    expect((await walk('/alerts/mails?state=dead', 'mails', 3, id)).flat()).toHaveLength(7);
  });

  it('datasets are told by name, with every name there is', async () => {
    const page = await people.json('GET', '/datasets?name=odd&limit=1', { as: owner() });
    expect(page).toMatchObject({ names: ['even', 'odd'], datasets: [{ name: 'odd' }] });
    expect((await walk('/datasets?name=odd', 'datasets', 4, ({ name }) => name)).flat()).toHaveLength(11);
  });

  it.each(['/evidence/refusals', '/alerts/mails', '/retraining/turns', '/datasets', '/models'])(
    '%s refuses a cursor that it did not give out',
    async (path) => {
      const refusal = await people.refusal('GET', `${path}?cursor=nowhere`, { as: owner() });
      expect(refusal).toMatchObject({ status: 400, code: 'cursor_malformed', field: 'cursor' });
    },
  );
});

describe('two thousand sites', () => {
  it('come page by page, each once, with how many devices each has', async () => {
    const pages = await walk('/sites', 'sites', 300, id);
    expect(pages.map((page) => page.length)).toEqual([300, 300, 300, 300, 300, 300, 200]);
    expect(pages.flat()).toEqual(Array.from({ length: SITES }, (_, index) => named('site', index)));
    const first = await people.json('GET', '/sites?limit=1', { as: owner() });
    expect(first).toMatchObject({
      total: SITES,
      regions: ['Küste'],
      sites: [{ devices: { online: 0, total: 1, shutOut: 0 } }],
    });
  });

  it('are found by letters in any case, by region and by name', async () => {
    expect(await totals(new URLSearchParams({ search: 'KÜSTE' }).toString())).toBe(SITES / 2);
    expect(await totals(new URLSearchParams({ region: 'Küste', search: 'site-199' }).toString())).toBe(5);
    expect(await totals('among=site-0001,site-0002,nowhere')).toBe(2);
    expect(await totals('state=archived')).toBe(0);
  });

  it('are only one’s own for somebody of some', async () => {
    const vic = await people.person('vic', 'viewer', ['site-0007', 'site-0008']);
    const { sites: seen, total, regions } = await people.json<Row & { sites: Row[] }>('GET', '/sites', { as: vic });
    expect({ seen: seen.map(id), total, regions }).toEqual({
      seen: ['site-0007', 'site-0008'],
      total: 2,
      regions: ['Küste'],
    });
    expect(await people.json('GET', '/sites?among=site-0001', { as: vic })).toMatchObject({ sites: [], total: 0 });
  });
});

describe('lists that come whole are kept short:', () => {
  it('two hundred groups', async () => {
    const about = { note: '', revision: 1, createdAt: 1, updatedAt: 1, updatedBy: 'x' };
    const rows = Array.from({ length: 199 }, (_, index) => ({ ...about, name: named('group', index) }));
    await small.fleet.database.transaction((tx) => tx.insert(deviceGroups).values(rows));
    const body = { name: 'more', selector: 'tag = "crane"' };
    const refusal = await people.refusal('POST', '/groups', { as: owner(), body });
    expect(refusal).toMatchObject({ status: 409, code: 'group_limit' });
    await people.json('DELETE', `/groups/${named('group', 0)}`, { as: owner() });
    await people.json('POST', '/groups', { as: owner(), body });
  });

  it('two hundred pipelines, of which each may still be changed', async () => {
    const spec = { steps: [{ name: 'data', uses: 'data', with: { dataset: 'even@d-0000' } }] };
    const put = (name: string) =>
      people.call('POST', '/pipelines', { as: owner(), body: { kind: 'Pipeline', name, spec } });
    expect((await put('known')).status).toBe(200);
    const about = { spec: '{}', state: 'active' as const, timedFrom: 1, revision: 1, createdBy: 'x', createdAt: 1 };
    const rows = Array.from({ length: 199 }, (_, index) => ({ ...about, updatedAt: 1, name: named('pipe', index) }));
    await small.fleet.database.transaction((tx) => tx.insert(pipelines).values(rows));
    const refused = await put('more');
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: 'pipeline_limit' });
    expect((await put('known')).status).toBe(200);
  });
});
