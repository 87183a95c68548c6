import { describe, expect, it } from 'vitest';
import { eventPattern, matchesEvent, publicEvent } from './index.ts';

describe('a pattern of events', () => {
  it.each([
    ['*', 'rollout.transition', true],
    ['rollout.*', 'rollout.transition', true],
    ['rollout.transition', 'rollout.transition', true],
    ['roll.*', 'rollout.transition', false],
    ['rollout*', 'rollout.transition', false],
    ['drift.*', 'rollout.transition', false],
  ])('%s takes %s: %s', (pattern, type, taken) => {
    expect(matchesEvent([pattern], type)).toBe(taken);
  });

  it.each(['', 'rollouts.*', 'rollout.', '.*', 'telemetry.committed'])('%j is refused', (pattern) => {
    expect(eventPattern.safeParse(pattern).success).toBe(false);
  });
});

it('an event names the field of its data that is wrong', () => {
  const event = { type: 'device.enrolled', timestamp: '2026-03-01T06:00:00.000Z', data: { site: 'north' } };
  expect(publicEvent.safeParse(event).error?.issues[0]?.path).toEqual(['data', 'device']);
  expect(publicEvent.safeParse({ ...event, data: { site: 'north', device: 'gw-1' } }).success).toBe(true);
});
