import { expect, it } from 'vitest';
import { delayAfter, MAX_ATTEMPTS } from './deliveries/backoff.ts';
import { makeSecret, signMessage } from './signature.ts';

it('signs as the vector of the specification does', () => {
  // Of the reference libraries of Standard Webhooks: secret, id, time and payload with the signature they all give.
  const signed = signMessage('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_999, '{"test": 2432232314}', [
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ]);
  expect(signed).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('makes secrets of 256 bits that never repeat', () => {
  const made = new Set(Array.from({ length: 50 }, makeSecret));
  expect(made.size).toBe(50);
  for (const secret of made) expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
});

it.each([0, 0.5, 1])('waits longer and longer over about a day, by chance %d', (chance) => {
  const delays = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, index) => delayAfter(index + 1, chance)!);
  expect(delays.every((delay, index) => delay >= (delays[index - 1] ?? 0))).toBe(true);
  const hours = delays.reduce((sum, delay) => sum + delay, 0) / 3_600_000;
  expect(hours).toBeGreaterThan(20);
  expect(hours).toBeLessThan(26);
  expect(delayAfter(MAX_ATTEMPTS, chance)).toBeUndefined();
});
