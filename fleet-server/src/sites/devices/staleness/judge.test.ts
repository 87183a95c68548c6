import { describe, expect, it } from 'vitest';
import { judgeStaleness, type Staleness } from './judge.ts';

const DAY = 24 * 3_600_000;
const trust = { root: 1, timestamp: 4, snapshot: 2, targets: 1, stale: false };
const behind: Staleness = { connection: 'c-1', behindSince: 0, staleSince: null };

describe('a device is stale', () => {
  it.each<[string, Staleness | undefined, Parameters<typeof judgeStaleness>[1], number, Staleness | undefined]>([
    ['not when it was never heard from', undefined, { connection: 'c-1', trust: undefined }, 0, undefined],
    [
      'not with the timestamp in force',
      behind,
      { connection: 'c-1', trust: { ...trust, timestamp: 5 } },
      DAY,
      undefined,
    ],
    ['not yet when it is behind for the first time', undefined, { connection: 'c-1', trust }, 0, behind],
    ['not yet within a day', behind, { connection: 'c-1', trust }, DAY, behind],
    ['after more than a day behind', behind, { connection: 'c-1', trust }, DAY + 1, { ...behind, staleSince: DAY + 1 }],
    [
      'not by the time before it connected',
      behind,
      { connection: 'c-2', trust },
      9 * DAY,
      { connection: 'c-2', behindSince: 9 * DAY, staleSince: null },
    ],
    [
      'not while it is away, however long',
      behind,
      { connection: null, trust },
      9 * DAY,
      { connection: null, behindSince: 9 * DAY, staleSince: null },
    ],
    [
      'at once when it says so',
      undefined,
      { connection: 'c-1', trust: { ...trust, timestamp: 5, stale: true } },
      7,
      { connection: 'c-1', behindSince: 7, staleSince: 7 },
    ],
    [
      'until it has caught up, also over a new connection',
      { ...behind, staleSince: 3 },
      { connection: 'c-2', trust },
      9,
      { connection: 'c-2', behindSince: 9, staleSince: 3 },
    ],
  ])('%s', (_what, before, device, now, after) => {
    expect(judgeStaleness(before, device, 5, now)).toEqual(after);
  });
});
