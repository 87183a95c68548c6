import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../../platform/audit/index.ts';
import { enrolmentTokens } from '../../../platform/db/index.ts';
import { createDeviceWorld, type DeviceWorld } from '../testing/device-world.ts';
import { createTokens, type NewToken } from './create-tokens.ts';

let world: DeviceWorld;
beforeEach(async () => {
  world = await createDeviceWorld();
});
afterEach(() => world.close());

const entry = (device: string, changed: Partial<NewToken> = {}): NewToken => ({
  site: 'north',
  device,
  tags: [],
  lifetimeMs: 60_000,
  ...changed,
});
const kept = async () => (await world.database.db.select().from(enrolmentTokens)).length;

describe('many tokens at once', () => {
  it('are made in their order, each with a code of its own', async () => {
    const inputs = Array.from({ length: 600 }, (_, i) => entry(`gw-${i}`));
    const made = await createTokens(world, 'user:ana', inputs);
    expect(made.map(({ device }) => device)).toEqual(inputs.map(({ device }) => device));
    expect(new Set(made.map(({ code }) => code)).size).toBe(600);
    expect(await kept()).toBe(600);
  });

  it('are none when some are bad, and every bad line is named', async () => {
    await world.enrolled('gw-1');
    const before = { tokens: await kept(), audited: (await list(world.database.db)).rows.length };
    const inputs = [
      entry('gw-2', { line: 2 }),
      entry('gw-1', { line: 3 }),
      entry('Gateway', { line: 4 }),
      entry('gw-5', { line: 5, profile: 'toaster' }),
      entry('gw-2', { line: 7 }),
      entry('gw-6', { site: '#' }),
    ];
    await expect(createTokens(world, 'user:ana', inputs)).rejects.toMatchObject({
      code: 'tokens_invalid',
      field: 'tokens',
      message: [
        'line 3: device: gw-1 is enrolled',
        'line 4: device: "Gateway" is no fleet name',
        'line 5: profile: no firmware profile "toaster"',
        'line 7: device: gw-2 stands there twice',
        'tokens[5]: site: "#" is no fleet name',
      ].join('\n'),
    });
    expect({ tokens: await kept(), audited: (await list(world.database.db)).rows.length }).toEqual(before);
  });
});
