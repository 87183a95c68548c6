import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpApp, type App } from '../../fleet-server/src/entry/http/index.ts';
import { createCountingFleet, type CountingFleet } from '../../fleet-server/src/entry/testing/counting-fleet.ts';
import { createSmallFleet, type SmallFleet } from '../../fleet-server/src/entry/testing/small-fleet.ts';
import { cleanUp } from '../../fleet-server/src/entry/upkeep.ts';
import { watchAlerts } from '../../fleet-server/src/insight/alerts/index.ts';
import { datasetVersion } from '../../fleet-server/src/learning/datasets/index.ts';
import { createRetrainer, type RetrainerDeps } from '../../fleet-server/src/learning/retraining/index.ts';
import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';
import { createModelLab, openArtifactFiles } from '../../fleet-server/src/platform/adapters/index.ts';

const DAY_MS = 86_400_000;

/** What drift leaves behind and what follows from it, over the API, on a database other than the usual one. */
export function driftContract(freshUrl: () => Promise<string>): void {
  describe('under evidence of drift, alerts and turns of retraining', () => {
    const lab = createModelLab();
    let small: SmallFleet;
    let counting: CountingFleet;
    let app: App;
    let changedOn: number;

    beforeAll(async () => {
      const startAt = Date.UTC(2026, 2, 1);
      small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt, databaseUrl: await freshUrl() });
      app = createHttpApp(small.fleet);
      counting = await createCountingFleet(small);
      await counting.passDay();
      changedOn = counting.today();
      const stuck = () => ({ ...counting.usual(), a: 2.5 });
      const moved = () => ({ ...counting.usual(), a: 3 + counting.usual().score });
      await counting.passDay((device) => (device === 'gw-5' ? stuck : moved));
      const replayed = counting.count(counting.today(), 5);
      await counting.send('gw-2', replayed);
      await counting.send('gw-2', replayed);
      await watchAlerts(small.fleet).look();
    });
    afterAll(async () => {
      await small[Symbol.asyncDispose]();
      await lab.close();
    });

    async function call(method: string, path: string, body?: unknown): Promise<Record<string, never>> {
      const response = await app.request(`/api/v1${path}`, {
        method,
        headers: { authorization: 'Bearer operator', 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (await response.json()) as Record<string, never>;
    }
    const list = async (path: string, key: string) =>
      (await call('GET', path))[key] as unknown as Record<string, unknown>[];

    it('windows are merged to the count, and a replayed one is refused', async () => {
      const counts = async (query: string) =>
        (await list(`/drift/delay/windows?version=1.0.0&${query}`, 'windows')).map(
          ({ window }) => (window as { count: number }).count,
        );
      expect(await counts('')).toEqual([480, 480, 5]);
      expect(await counts('by=site&id=site-of-gw-2&whole=true')).toEqual([85]);
      expect(await list('/evidence/refusals?device=gw-2', 'refusals')).toMatchObject([{ code: 'window_replayed' }]);
    });

    it('a change and a fault are found, held, ended and found again', async () => {
      const standing = async () =>
        (await list('/drift/delay/findings?standing=true', 'findings')).map(({ kind, quality }) => quality ?? kind);
      expect((await standing()).toSorted()).toEqual(['covariate', 'stuck']);
      const hold = { feature: 'a', scope: { of: 'device', id: 'gw-5' }, from: changedOn * DAY_MS };
      expect(await list('/drift/delay/holds', 'holds')).toMatchObject([{ ...hold, to: null }]);
      await counting.passDay();
      expect(await standing()).toEqual([]);
      expect(await list('/drift/delay/holds', 'holds')).toMatchObject([{ ...hold, to: expect.any(Number) as number }]);
      const report = await call('GET', '/drift/delay/report');
      expect(report).toMatchObject({ line: 'delay', version: '1.0.0', quarantined: 0 });
    });

    it('alerts are told by rules, muted, unmuted and seen', async () => {
      const rule = { name: 'ops', when: { kinds: ['drift'] }, routes: { email: ['ana@example.com'], webhooks: [] } };
      expect(await call('POST', '/alerts/rules', rule)).toMatchObject({ name: 'ops' });
      const all = await list('/alerts?state=all', 'alerts');
      const drift = all.find(({ kind }) => kind === 'drift');
      expect(drift).toMatchObject({ subject: 'model:delay@1.0.0/covariate:a' });
      const mute = await call('POST', '/alerts/mutes', { alert: drift!['id'], forMs: 3_600_000 });
      expect(mute).toMatchObject({ kind: 'drift', until: small.clock.now() + 3_600_000 });
      expect(await list('/alerts/mutes', 'mutes')).toMatchObject([{ id: mute['id'] }]);
      expect(await call('POST', `/alerts/mutes/${mute['id']}/end`, {})).toMatchObject({ id: mute['id'] });
      expect(await call('POST', `/alerts/${drift!['id']}/acknowledge`, {})).toMatchObject({ id: drift!['id'] });
      expect(await call('POST', `/alerts/${drift!['id']}/acknowledge`, {})).toMatchObject({ code: 'alert_over' });
      expect(await call('POST', '/alerts/rules/ops/remove', {})).toMatchObject({ name: 'ops' });
    });

    it('a policy is put, a turn ordered, stopped by the switch and told of', async () => {
      const made = { ...generateDataset({ seed: 5, rows: 90, signal: 1.2 }), name: 'east' };
      const dataset = { ...made, version: datasetVersion(made) };
      await call('POST', '/datasets', dataset);
      const policy = { line: 'delay', dataset: `east@${dataset.version}`, mode: 'release', on: { everyDays: 30 } };
      expect(await call('POST', '/retraining/policies', policy)).toMatchObject({ action: 'create', warnings: [] });
      expect(await call('POST', '/retraining/policies', policy)).toMatchObject({ action: 'unchanged' });
      expect(await call('POST', '/retraining/policies', { ...policy, perYear: 2 })).toMatchObject({
        action: 'change',
        policy: { revision: 2 },
      });
      const turn = await call('POST', '/retraining/delay/turns', {});
      expect(turn).toMatchObject({ state: 'examining', champion: '1.0.0', cause: 'person' });
      expect(await call('POST', '/retraining/delay/turns', {})).toMatchObject({ code: 'retrain_turn_open' });
      expect(await call('POST', '/automation/stop', { reason: 'storm' })).toMatchObject({ by: 'switch' });
      const evidence = { findings: async () => [], holds: async () => [] };
      await createRetrainer({ ...small.fleet, evidence } as unknown as RetrainerDeps).look();
      expect(await call('GET', `/retraining/turns/${turn['id']}`)).toMatchObject({ state: 'stopped' });
      expect(await call('POST', '/automation/resume', { reason: 'over' })).toEqual({ stop: null });
      const actions = (await list('/audit?subject=model:delay', 'rows')).map(({ action }) => action);
      expect(actions).toEqual(expect.arrayContaining(['retraining.open', 'retraining.turn']));
    });

    it('what is old goes, and what a look needs stays', async () => {
      await small.clock.advance(800 * DAY_MS);
      const gone = await cleanUp(small.fleet, { pipelineRuns: 100, batchDays: 90, driftDays: 740 });
      expect(gone.drift).toBeGreaterThan(30);
      expect(await list('/drift/delay/findings', 'findings')).toEqual([]);
      expect(await list('/drift/delay/holds', 'holds')).toHaveLength(1);
      expect(await cleanUp(small.fleet, { pipelineRuns: 100, batchDays: 90, driftDays: 740 })).toMatchObject({
        drift: 0,
      });
      await counting.passDay();
      expect(await list('/drift/delay/findings?alarm=true', 'findings')).toEqual([]);
      expect(await list('/drift/delay/findings', 'findings')).not.toEqual([]);
    });
  });
}
