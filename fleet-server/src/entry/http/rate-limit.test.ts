import { problem } from '@plumbline/shared/api';
import { createVirtualClock } from '@plumbline/shared/testing';
import { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import { limitAttempts, networkOf } from './rate-limit.ts';

let clock = createVirtualClock();
let told: { route: string; from: string }[] = [];
let app = new Hono();

beforeEach(() => {
  clock = createVirtualClock();
  told = [];
  app = new Hono();
  const onLimited = async (what: { route: string; from: string }) => void told.push(what);
  app.use('/guess', limitAttempts('/guess', { now: clock.now, onLimited }));
  app.post('/guess', async (context) => {
    const said = await context.req.text();
    if (said === 'broken') throw new Error('our fault');
    return context.text(said, said === 'right' ? 200 : 401);
  });
});

const guess = (said: string, remoteAddress = '192.0.2.7') =>
  app.request('/guess', { method: 'POST', body: said }, { incoming: { socket: { remoteAddress } } });
const statusOf = async (said: string, from?: string) => (await guess(said, from)).status;
const wrongUntilLimited = async (from?: string) => {
  for (let i = 0; i < 10; i += 1) expect(await statusOf('wrong', from)).toBe(401);
};

describe('a stranger who guesses', () => {
  it('is told to wait after ten wrong attempts, and for how long', async () => {
    await wrongUntilLimited();
    const answer = await guess('right');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('10');
    expect(problem.parse(await answer.json())).toMatchObject({ status: 429, code: 'rate_limited', field: 'address' });
    await clock.advance(10_000);
    expect(await statusOf('right')).toBe(200);
  });

  it('does not slow down anybody else', async () => {
    await wrongUntilLimited();
    expect(await statusOf('right', '192.0.2.8')).toBe(200);
  });

  it('is told of once in ten minutes, however often it comes', async () => {
    await wrongUntilLimited();
    for (let i = 0; i < 100; i += 1) await guess('wrong');
    expect(told).toEqual([{ route: '/guess', from: '192.0.2.7' }]);
    await clock.advance(600_000);
    await wrongUntilLimited();
    await guess('wrong');
    expect(told).toHaveLength(2);
  });

  it('who has ten thousand addresses is slowed down all the same', async () => {
    const all = [];
    for (let i = 0; i < 400; i += 1) all.push(await statusOf('wrong', `198.51.${i >> 8}.${i & 255}`));
    expect(all.filter((status) => status === 401)).toHaveLength(300);
  });
});

describe('a site that enrols hundreds of devices behind one address', () => {
  it('is not limited, nor is one that meets a fault of ours', async () => {
    app.onError((_error, context) => context.text('', 500));
    for (let i = 0; i < 400; i += 1) expect(await statusOf(i % 2 === 0 ? 'right' : 'broken')).not.toBe(429);
  });
});

describe('a network', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
