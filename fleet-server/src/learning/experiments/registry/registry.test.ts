import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRollout } from '../../../delivery/rollouts/index.ts';
import { createRolloutWorld, type RolloutWorld } from '../../../delivery/rollouts/testing/rollout-world.ts';
import { rowsInserter, telemetry } from '../../../platform/db/index.ts';
import { assignRelease } from '../../../sites/devices/index.ts';
import {
  deprecateModel,
  getModel,
  listAliases,
  moveAlias,
  reinstateModel,
  removeAlias,
  resolveVersion,
} from '../../../supply/models/index.ts';
import { finishRun, lineageOf, modelHistory, showCard, startRun, type RunDeps } from '../index.ts';
import { standingAt } from './history.ts';

const ana = 'user:ana';
let world: RolloutWorld;

beforeAll(async () => {
  world = await createRolloutWorld();
  await world.addDevices(['gw-1', 'gw-2']);
});
afterAll(() => world[Symbol.asyncDispose]());

describe('an alias', () => {
  it('points to a version, moves when it stands where it was believed to, and is told with every move', async () => {
    const { deps } = world;
    const { db } = deps.database;
    const order = { line: 'delay', name: 'champion' };
    await moveAlias(deps, ana, { ...order, version: '1.0.0', expected: null });
    expect(await moveAlias(deps, ana, { ...order, version: '1.1.0', expected: '1.0.0' })).toMatchObject({
      revision: 2,
    });
    await expect(moveAlias(deps, ana, { ...order, version: '1.2.0', expected: '1.0.0' })).rejects.toMatchObject({
      code: 'alias_changed_meanwhile',
      expected: '1.1.0',
    });
    expect(await resolveVersion(db, 'delay', 'champion')).toBe('1.1.0');
    expect(await resolveVersion(db, 'delay', '1.0.0')).toBe('1.0.0');
    await expect(resolveVersion(db, 'delay', 'best')).rejects.toMatchObject({ code: 'alias_unknown' });
    await removeAlias(deps, ana, { ...order, expected: '1.1.0' });
    expect(await listAliases(db, 'delay')).toEqual([]);
  });

  it.each([
    ['1st', '1.0.0', 'alias_malformed'],
    ['Champion', '1.0.0', 'alias_malformed'],
    ['champion', '9.0.0', 'model_unknown'],
  ])('%s → %s is refused: %s', async (name, version, code) => {
    await expect(moveAlias(world.deps, ana, { line: 'delay', name, version })).rejects.toMatchObject({ code });
  });
});

describe('a version that is deprecated', () => {
  const version = { line: 'delay', version: '1.1.0' };
  const plan = { ...version, stages: [{ name: 'all', size: { percent: 100 } }] };

  it('begins nothing new, says what to use instead, and comes back', async () => {
    const { deps } = world;
    await deprecateModel(deps, ana, { ...version, reason: 'worse in winter', replacedBy: '1.2.0' });
    const refusal = { code: 'version_deprecated', field: 'version', expected: 'delay@1.2.0' };
    await expect(createRollout(deps, ana, plan)).rejects.toMatchObject(refusal);
    await expect(moveAlias(deps, ana, { ...version, name: 'champion' })).rejects.toMatchObject(refusal);
    const order = { ...version, device: 'gw-1', cause: 'direct' };
    await expect(deps.database.transaction((tx) => assignRelease(tx, deps, ana, order))).rejects.toMatchObject(refusal);
    expect(await getModel(deps.database.db, 'delay', '1.1.0')).toMatchObject({
      deprecation: { reason: 'worse in winter' },
    });
    expect((await showCard(deps.database.db, 'delay', '1.1.0')).markdown).toContain('**Deprecated**: worse in winter');
    await reinstateModel(deps, ana, version);
    expect(await createRollout(deps, ana, plan)).toMatchObject({ revision: 0 });
  });

  it.each([
    [{ ...version, reason: ' ' }, 'deprecation_reason'],
    [{ ...version, reason: 'x', replacedBy: '1.1.0' }, 'deprecation_replacement'],
    [{ ...version, reason: 'x', replacedBy: '9.0.0' }, 'model_unknown'],
    [{ line: 'delay', version: '9.0.0', reason: 'x' }, 'model_unknown'],
  ])('is not made of %o', async (order, code) => {
    await expect(deprecateModel(world.deps, ana, order)).rejects.toMatchObject({ code });
  });
});

const saying = (version: string, at: number) => ({ version, at, by: 'prediction' as const });
const told = (version: string, at: number) => ({ version, at, cause: 'direct' });

const predicted = (seq: number, at: number, version: string) => {
  const row = { stream: 's', seq, device: 'gw-1', site: 'north', kind: 'prediction', at, line: 'delay', version };
  return { ...row, ref: null, activity: null, sha256: null, asOf: at, score: 0.5, body: '{}', receivedAt: at };
};

describe('the history of a line', () => {
  const head = { device: 'gw-1', site: 'north' };

  it.each([
    ['nothing is known of it', [], undefined, saying('1.1.0', 900), undefined, undefined],
    ['told, and never heard', [told('1.0.0', 10)], undefined, undefined, '1.0.0', 'told'],
    ['said before and after', [told('1.0.0', 10)], saying('1.0.0', 20), saying('1.0.0', 800), '1.0.0', 'said'],
    ['said before, told nothing else', [told('1.0.0', 10)], saying('1.0.0', 20), undefined, '1.0.0', 'said'],
    [
      'told another since',
      [told('1.0.0', 10), told('1.1.0', 50)],
      saying('1.0.0', 20),
      saying('1.1.0', 800),
      null,
      'changing',
    ],
    [
      'told another, and stayed',
      [told('1.0.0', 10), told('1.1.0', 50)],
      saying('1.0.0', 20),
      saying('1.0.0', 800),
      '1.0.0',
      'said',
    ],
    [
      'told another and heard since',
      [told('1.0.0', 10), told('1.1.0', 50)],
      saying('1.1.0', 60),
      undefined,
      '1.1.0',
      'said',
    ],
  ])('of a device, where it %s', (_what, orders, before, after, version, basis) => {
    const found = standingAt({ ...head, told: orders, before, after }, 100);
    expect({ version: found?.version, basis: found?.basis }).toEqual({ version, basis });
  });

  it('comes from stored orders, proofs and predictions, and says what it does not know', async () => {
    const { deps, clock } = world;
    const { database } = deps;
    await clock.advance(1000);
    const begin = clock.now();
    const assign = (device: string, version: string) =>
      database.transaction((tx) => assignRelease(tx, deps, ana, { line: 'delay', version, device, cause: 'direct' }));
    await moveAlias(deps, ana, { line: 'delay', name: 'champion', version: '1.1.0' });
    await assign('gw-1', '1.1.0');
    await assign('gw-2', '1.1.0');
    const insert = rowsInserter(telemetry);
    await database.transaction((tx) => insert(tx, [predicted(1, begin + 10, '1.1.0')]));
    await clock.advance(5000);
    await moveAlias(deps, ana, { line: 'delay', name: 'champion', version: '1.2.0' });
    await assign('gw-1', '1.2.0');
    await clock.advance(5000);
    await database.transaction((tx) => insert(tx, [predicted(2, clock.now(), '1.2.0')]));

    const early = await modelHistory(database.db, { line: 'delay', at: begin + 2000 });
    expect(early.aliases).toEqual({ champion: '1.1.0' });
    expect(early.versions).toEqual([{ version: '1.1.0', said: 1, told: 1 }]);
    expect(early.unknown[0]).toContain('installed it');
    const between = await modelHistory(database.db, { line: 'delay', at: begin + 7000 });
    expect(between.devices.find(({ device }) => device === 'gw-1')).toMatchObject({
      basis: 'changing',
      between: ['1.1.0', '1.2.0'],
    });
    const late = await modelHistory(database.db, { line: 'delay', at: clock.now() });
    expect(late.aliases).toEqual({ champion: '1.2.0' });
    expect(late.versions).toContainEqual({ version: '1.2.0', said: 1, told: 0 });
    expect((await modelHistory(database.db, { line: 'delay', at: 0 })).devices).toEqual([]);
    expect((await modelHistory(database.db, { line: 'delay', at: clock.now(), site: 'nowhere' })).devices).toEqual([]);
    await expect(modelHistory(database.db, { line: 'none', at: 0 })).rejects.toMatchObject({ code: 'model_unknown' });
  });
});

it('the lineage of a version leads from its dataset over its run to its rollouts', async () => {
  const { deps } = world;
  const run: RunDeps = {
    ...deps,
    artifacts: {
      put: async () => '',
      get: async () => new Uint8Array(),
      read: async () => new Uint8Array(),
      has: async () => true,
    },
  };
  const dataset = { name: 'east', version: 'ab12' };
  const { id } = await startRun(run, ana, { experiment: 'delay', kind: 'train', dataset });
  await finishRun(run, ana, id, { metrics: { values: {} }, result: { line: 'delay', version: '1.1.0' } });
  const { nodes, edges } = await lineageOf(deps.database.db, 'delay', '1.1.0');
  expect(edges).toContainEqual({ from: 'dataset:ab12', to: `run:${id}`, what: 'was learned from' });
  expect(edges).toContainEqual({ from: `run:${id}`, to: 'version:1.1.0', what: 'registered' });
  expect(edges.some(({ from, what }) => from === 'version:1.1.0' && what === 'rolled out')).toBe(true);
  const known = new Set(nodes.map((node) => node.id));
  expect(edges.every(({ from, to }) => known.has(from) && known.has(to))).toBe(true);
});
