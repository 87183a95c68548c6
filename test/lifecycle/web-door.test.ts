import { join } from 'node:path';
import { createProcessTrial } from '@plumbline/agent/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Link, Ports } from '../../agent/src/ports/index.ts';
import { devices, eq } from '../../fleet-server/src/platform/db/index.ts';
import { createFleet, enrol, eventually, startDevice, type TestFleet } from '../harness/index.ts';

const HOUR_MS = 3_600_000;

/** What a firewall lets out that knows web traffic alone. */
const webOnly = (link: Link): Link => ({
  connect: (asked) => link.connect({ ...asked, endpoints: asked.endpoints.filter((url) => url.startsWith('wss:')) }),
});

describe('a gateway that comes by the door of browsers, which asks nobody for a certificate,', () => {
  let fleet: TestFleet;
  const trial = createProcessTrial();
  const refusals = () => fleet.log.filter(({ msg }) => msg === 'connection refused');
  const start = async (name: string, instead: (ports: Ports) => Partial<Ports>) => {
    const folder = join(fleet.folder, name);
    await enrol(folder, await fleet.code(name));
    // The server gives no two certificates within a minute.
    const times = { certificateIssuedAt: Date.now() - HOUR_MS };
    await fleet.server.fleet.database.transaction((tx) => tx.update(devices).set(times).where(eq(devices.id, name)));
    return startDevice(name, folder, trial, (ports) => ({ link: webOnly(ports.link), ...instead(ports) }));
  };

  beforeAll(async () => {
    fleet = await createFleet();
  });
  afterAll(async () => {
    await trial.close();
    await fleet[Symbol.asyncDispose]();
  });

  it('is let in by the token it signs, and is named', async () => {
    await using gateway = await start('gateway-1', () => ({}));
    await gateway.connects();
    const view = await eventually('the server has seen it', () => fleet.view('gateway-1'));
    expect(view).toMatchObject({ id: 'gateway-1' });
    expect(refusals()).toEqual([]);
  });

  it('is let in although its clock is an hour ahead: refused once, it asks the server for the time', async () => {
    await using gateway = await start('gateway-2', ({ clock }) => ({
      clock: { ...clock, now: () => clock.now() + HOUR_MS },
    }));
    await gateway.connects();
    expect(refusals()[0]).toMatchObject({ clientId: 'gateway-2', code: 'token_invalid', field: 'token.iat' });
    expect(gateway.events.map(({ code }) => code)).toContain('certificate_renewed');
  });

  it('is not let in with the key of another', async () => {
    const other = await startDevice('gateway-1', join(fleet.folder, 'gateway-2'), trial, (ports) => ({
      link: {
        connect: (asked) =>
          webOnly(ports.link).connect({ ...asked, clientId: 'gateway-1', username: asked.username.replace('2', '1') }),
      },
    }));
    await using _ = other;
    await eventually('it was refused', () => refusals().some(({ clientId }) => clientId === 'gateway-1'));
    expect(other.agent.state().connected).toBe(false);
  });
});
