import { beforeAll, describe, expect, it } from 'vitest';
import { createIngest } from '../../fleet-server/src/insight/telemetry/index.ts';
import { takeEvidence } from '../../fleet-server/src/insight/drift/index.ts';
import { fleetDataset } from '../../fleet-server/src/learning/retraining/index.ts';
import { hardExamples } from '../../fleet-server/src/platform/db/index.ts';
import { appendEntries } from '../../fleet-server/src/sites/activities/index.ts';
import { FAULTS, playFault, playLiar, playShift } from './planted/scenes.ts';
import { artifactsOf, ARCHIVE, createPool, MONTH_MS, OF, openPlanted, type Pool } from './planted/world.ts';

const ONE = { seed: 1, perMonth: 30 };

const head = (id: string) => ({ id, activity: 'A-1', base: null, actor: 'ana', at: 1 });

let fleet: Pool;
let some: Pool;
beforeAll(() => {
  fleet = createPool(1);
  some = { ...fleet, sites: fleet.sites.slice(0, 15) };
});

describe('what was planted', () => {
  it('is found in the month in which it comes, and nothing before, where the world changes', async () => {
    expect(await playShift(some, ONE)).toEqual({ early: [], periods: 1 });
  });

  it.each([
    ['stuck', 5],
    ['tenfold', 1],
    ['tenfold', 5],
    ['renamed', 5],
  ] as const)(
    'is a fault of the data with its device and feature, and not learned from: %s on %i of 15',
    async (fault, count) => {
      const found = await playFault(some, FAULTS[fault], { ...ONE, count });
      expect(found).toEqual({ named: count, of: count, wrong: [], learned: 0, lost: 0 });
    },
  );

  it.each(['alarm', 'hide'] as const)(
    'by one device of 50 changes nothing that is said of the fleet: to %s',
    async (lies) => {
      const { without, withLiar } = await playLiar(fleet, { ...ONE, perMonth: 20, lies });
      expect(without).toMatchObject(
        lies === 'hide' ? { alarm: true, clear: ['covariate lead_days', 'covariate subcontractor'] } : { alarm: false },
      );
      expect(withLiar).toEqual(without);
    },
  );

  it('teaches a row once that two devices have kept as an example and whose outcome the site has recorded', async () => {
    await using world = await openPlanted(some, ONE);
    const { database, now } = world;
    const [site = ''] = some.sites;
    const { values, startAt, dueAt } = some.before.get(site)![0]!;
    await database.transaction((tx) =>
      appendEntries(tx, site, [
        { ...head('site-entry-1'), field: 'plan', value: { startAt, dueAt, values } },
        { ...head('site-entry-2'), field: 'outcome', value: { label: 1, observedAt: dueAt } },
      ]),
    );
    const dataset = () => fleetDataset(database.db, { ...some.dataset, examples: [] }, dueAt + MONTH_MS);
    const before = await dataset();
    expect(before.examples).toMatchObject([{ ref: 'A-1', label: 1 }]);
    const ingest = createIngest({ database, now });
    const example = { kind: 'example', at: 2, ...OF, sha256: ARCHIVE, asOf: 1, activity: 'A-1', score: 0.5 } as const;
    for (const device of ['gateway-1', 'tablet-1']) {
      const rows = (['uncertain', 'disagrees'] as const).map((why, i) => [i + 1, { ...example, why, values }] as const);
      const batch = { stream: `${device}-e`, class: 'evidence' as const, rows: rows.map((row) => [...row] as never) };
      await ingest.take({ site, device, batch });
    }
    await takeEvidence({ database, artifacts: artifactsOf(some.reference), now });
    expect(await database.db.select().from(hardExamples)).toHaveLength(4);
    expect(await dataset()).toEqual(before);
    await ingest.close();
  });
});
