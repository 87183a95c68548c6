import { describe, expect, it } from 'vitest';
import { createFleet, eventually, type FleetOptions } from '../harness/index.ts';
import {
  findMosquitto,
  findPostgres,
  required,
  skipReason,
  startMosquitto,
  startPostgres,
} from '../harness/services/index.ts';
import { CLEAN, drainedBooks, foreign, installIris, publishIris, work } from './iris-release.ts';

const LIVED = { ...CLEAN, outcomes: 3, predictions: 12 };

/** The short form of one release: in, out, an outage, a restart of the server. @returns the books at its end */
async function live(options: FleetOptions) {
  await using fleet = await createFleet(options);
  await publishIris(fleet);
  const gateway = await fleet.add('gateway-1');
  await installIris(fleet, gateway);
  const refs = [await work(gateway, 'before')];
  await fleet.cut();
  await eventually('the gateway has noticed', () => !gateway.agent.state().connected);
  refs.push(await work(gateway, 'cut'));
  await fleet.restore();
  await drainedBooks(fleet, refs);
  await fleet.restart();
  refs.push(await work(gateway, 'after'));
  // Awaited here: the fleet is gone when this function is left.
  return await drainedBooks(fleet, refs);
}

const noMosquitto = foreign.absent ?? skipReason(findMosquitto());
describe.skipIf(noMosquitto)(`with Mosquitto as the broker${noMosquitto ? ` (skipped: ${noMosquitto})` : ''}`, () => {
  it('a release is lived through, an outage of the broker included', async () => {
    const broker = required(await startMosquitto());
    try {
      const environment = { PLUMBLINE_BROKER_URL: broker.url };
      expect(await live({ broker, environment })).toEqual(LIVED);
    } finally {
      await broker.remove();
    }
  });

  it('the desired state waits at the broker for a gateway that comes while the server is away', async () => {
    const broker = required(await startMosquitto());
    try {
      await using fleet = await createFleet({ broker, environment: { PLUMBLINE_BROKER_URL: broker.url } });
      await publishIris(fleet);
      const gateway = await fleet.add('gateway-1');
      await gateway.connects();
      await gateway.stop();
      await fleet.assign(gateway.name, 'iris', '1.0.0');
      await fleet.server.fleet.dispatcher.settled();
      await fleet.server.close();
      await gateway.start();
      // It holds the assignment now; what vouches for it comes from the server.
      await gateway.connects();
      expect(gateway.line('iris')).toBeUndefined();
      await fleet.restart();
      expect(await gateway.reaches('proving', 'iris', '1.0.0')).toMatchObject({ active: 'A' });
    } finally {
      await broker.remove();
    }
  });
});

const noPostgres = foreign.absent ?? skipReason(findPostgres());
describe.skipIf(noPostgres)(`with PostgreSQL as the database${noPostgres ? ` (skipped: ${noPostgres})` : ''}`, () => {
  it('a release is lived through', async () => {
    const postgres = required(await startPostgres());
    try {
      const environment = { PLUMBLINE_DATABASE_URL: await postgres.freshDatabase() };
      expect(await live({ environment })).toEqual(LIVED);
    } finally {
      await postgres.remove();
    }
  });
});
