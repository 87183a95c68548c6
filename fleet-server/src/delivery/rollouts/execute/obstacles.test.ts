import { describe, expect, it } from 'vitest';
import { describeObstacles, sortByTurn, type Obstacle, type Situation, type Waiting } from './obstacles.ts';

const NOW = Date.parse('2026-01-05T12:00:00Z');
const device = (changed: Partial<Waiting> = {}): Waiting => ({
  device: 'gw-1',
  stage: 0,
  site: 'north',
  isActive: true,
  isOnline: true,
  lastSeenAt: NOW,
  ...changed,
});
const situation = (changed: Partial<Situation> = {}): Situation => ({
  now: NOW,
  plan: { freezes: [] },
  isFrozen: false,
  sites: new Map([['north', { zone: 'UTC', state: 'open' }]]),
  penalised: new Set(),
  rejecting: new Set(),
  held: new Set(),
  room: new Map(),
  ...changed,
});
const lunch = { days: ['mon' as const], from: '12:00', until: '13:00' };
const one = new Set(['gw-1']);

describe('a member', () => {
  it.each<[string, Partial<Waiting>, Partial<Situation>, Obstacle | undefined]>([
    ['has its turn', {}, {}, undefined],
    ['is barred', { isActive: false }, {}, 'barred'],
    ['is away', { isOnline: false, lastSeenAt: NOW - 60_001 }, {}, 'offline'],
    ['was never there', { isOnline: false, lastSeenAt: null }, {}, 'offline'],
    ['was there just now', { isOnline: false, lastSeenAt: NOW - 60_000 }, {}, undefined],
    ['is on a closing site', {}, { sites: new Map([['north', { zone: 'UTC', state: 'closing' }]]) }, 'site-closed'],
    ['is in the penalty box', {}, { penalised: one }, 'penalty'],
    ['has refused these bytes', {}, { rejecting: one }, 'rejected'],
    ['is held by another rollout', {}, { held: one }, 'held'],
    ['waits for the brake', {}, { isFrozen: true }, 'frozen'],
    ['is within its window', {}, { plan: { freezes: [], window: lunch } }, undefined],
    [
      'is outside the window of its own zone',
      {},
      { plan: { freezes: [], window: lunch }, sites: new Map([['north', { zone: 'Asia/Tokyo', state: 'open' }]]) },
      'window',
    ],
    [
      'waits for a date to pass',
      {},
      { plan: { freezes: [{ from: '2026-01-05', until: '2026-01-05', reason: '' }] } },
      'freeze-date',
    ],
    ['is over the rate', {}, { room: new Map([[0, { rate: 0, underWay: 9 }]]) }, 'rate'],
    ['stands behind others', {}, { room: new Map([[0, { rate: 9, underWay: -1 }]]) }, 'under-way'],
    ['of another stage has its own room', { stage: 1 }, { room: new Map([[0, { rate: 0, underWay: 0 }]]) }, undefined],
  ])('%s', (_, changed, of, obstacle) => {
    const { due, obstacles } = sortByTurn([device(changed)], situation(of));
    expect(obstacles.get('gw-1')).toBe(obstacle);
    expect(due).toHaveLength(obstacle === undefined ? 1 : 0);
  });
});

describe('turns', () => {
  it('are taken by those that can act first, as many as there is room for', () => {
    const waiting = [
      device({ device: 'quiet', isOnline: false, lastSeenAt: NOW - 1000 }),
      device({ device: 'late', stage: 1 }),
      device({ device: 'old', lastSeenAt: NOW - 5000 }),
      device({ device: 'fresh' }),
    ];
    const room = new Map([[0, { rate: 2, underWay: 9 }]]);
    const { due, obstacles } = sortByTurn(waiting, situation({ room }));
    expect(due.map((member) => member.device)).toEqual(['fresh', 'old', 'late']);
    expect([...obstacles]).toEqual([['quiet', 'rate']]);
    expect(describeObstacles(['window', 'rate', 'window'])).toBe('2 outside their window, 1 over the hourly rate');
  });
});
