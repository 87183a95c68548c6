import { createChance } from '@plumbline/shared/testing/world';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../scenario/read-scenario.ts';
import { drawFleet } from './draw.ts';
import type { Inventory } from './inventory.ts';

const inventory: Inventory = {
  devices: ['north', 'south'].flatMap((site) =>
    [1, 2, 3].map((i) => ({
      id: `gw-${site}-${i}`,
      site,
      profile: 'raspberry-pi-4',
      agent: '0.1.0',
      tags: i === 1 ? ['first'] : [],
    })),
  ),
  sites: [
    { id: 'north', zone: 'Europe/Oslo', region: 'coast' },
    { id: 'south', zone: 'UTC', region: '' },
  ],
  groups: [],
};
const draw = (text: string, count: number, from: Inventory | undefined, seed = 1) =>
  drawFleet(readScenario(text), { inventory: from, count, chance: createChance(seed) });

describe('a drawn fleet', () => {
  it('has everybody of the inventory once before anybody twice, under names of its own', () => {
    const { devices, sites } = draw('', 8, inventory);
    expect(new Set(devices.slice(0, 6).map(({ like }) => like)).size).toBe(6);
    expect(new Set(devices.map(({ id }) => id)).size).toBe(8);
    expect(devices.some(({ id }) => inventory.devices.some((real) => real.id === id))).toBe(false);
    expect(sites).toMatchObject([
      { id: 'north', zone: 'Europe/Oslo', region: 'coast' },
      { id: 'south', zone: 'UTC' },
    ]);
    for (const { like, site, tags } of devices) {
      expect(inventory.devices.find((real) => real.id === like)).toMatchObject({ site, tags });
    }
  });

  it('without an inventory is dealt from the words of the scenario', () => {
    const text =
      'devices: { sites: 2, profiles: [raspberry-pi-4, raspberry-pi-5], zones: [Asia/Tokyo], tags: { lte: 0.5 } }';
    const { devices, sites } = draw(text, 10, undefined);
    expect(sites.map(({ id, zone }) => [id, zone])).toEqual([
      ['site-001', 'Asia/Tokyo'],
      ['site-002', 'Asia/Tokyo'],
    ]);
    expect(devices.filter(({ tags }) => tags.includes('lte'))).toHaveLength(5);
    expect(new Set(devices.map(({ profile }) => profile)).size).toBe(2);
  });

  it('has exactly the shares that are asked for, and the same ones under the same seed', () => {
    const text = 'devices: { offline: 0.3, withoutPredecessor: 0.1 }\ncandidate: { fails: { share: 0.2 } }';
    const one = draw(text, 10, undefined, 5);
    expect(one.devices.filter(({ isOffline }) => isOffline)).toHaveLength(3);
    expect(one.devices.filter(({ hasPredecessor }) => !hasPredecessor)).toHaveLength(1);
    expect(one.devices.filter(({ isAiling }) => isAiling)).toHaveLength(2);
    expect(draw(text, 10, undefined, 5)).toEqual(one);
    expect(draw(text, 10, undefined, 6)).not.toEqual(one);
  });
});
