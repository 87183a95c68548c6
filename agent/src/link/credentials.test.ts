import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { createConnectToken, verifyConnectToken } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import type { Identity } from '../identity.ts';
import { createCredentials } from './credentials.ts';

const SERVER_NOW = Date.UTC(2026, 10, 22);
const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;
const certificateAt = (issuedAt: number) => ({ pem: 'pem', issuedAt, notAfter: issuedAt + YEAR_MS });
const IDENTITY: Identity = {
  site: 'north',
  device: 'gw-1',
  url: 'https://fleet.example',
  mqttUrl: 'mqtts://fleet.example',
  webSocketUrl: 'wss://fleet.example/mqtt',
  rootSha256: 'ab'.repeat(32),
  root: '',
  cas: ['pem'],
  certificate: certificateAt(SERVER_NOW - YEAR_MS),
  enrolledAt: SERVER_NOW - YEAR_MS,
};

/** A device whose clock is off by so much, and the server's judgement of its token. */
async function device(offMs: number, floor = 0) {
  const real = createVirtualClock(SERVER_NOW);
  let aheadMs = offMs;
  const clock = { now: () => real.now() + aheadMs };
  const crypto = createMemoryCrypto(createSeededRandom(1));
  const key = await crypto.devicePublicKey();
  const beliefs = { cas: () => undefined, timeFloor: () => floor, now: () => Math.max(clock.now(), floor) };
  const credentials = createCredentials(IDENTITY, beliefs, clock);
  return {
    passes: (ms: number) => real.advance(ms),
    setRight: () => void (aheadMs = 0),
    renew: () => credentials.renewed({ ...IDENTITY, certificate: certificateAt(real.now()) }),
    async isTaken() {
      const { site, device: name } = credentials.identity();
      const by = { site, device: name, key, sign: crypto.signAsDevice };
      const token = await createConnectToken(by, credentials.tokenTime(), '0123456789abcdef');
      try {
        verifyConnectToken(token, key, { site, device: name, nowMs: real.now(), toleranceMs: 5 * MINUTE_MS });
        return true;
      } catch {
        credentials.refused();
        return false;
      }
    },
  };
}

describe('the date of a token', () => {
  it('is that of a clock that is right, or of signed time where the clock says less', async () => {
    expect(await (await device(0)).isTaken()).toBe(true);
    expect(await (await device(-SERVER_NOW, SERVER_NOW - MINUTE_MS)).isTaken()).toBe(true);
  });

  it.each([
    ['an hour behind', -60 * MINUTE_MS],
    ['at 1970', -SERVER_NOW],
    ['a year ahead', YEAR_MS],
  ])(
    'is the server’s, by its last certificate, on a device whose clock is %s and was refused for it',
    async (_, off) => {
      const { passes, renew, isTaken } = await device(off);
      expect(await isTaken()).toBe(false);
      renew();
      expect(await isTaken()).toBe(true);
      await passes(3 * 60 * MINUTE_MS);
      expect(await isTaken()).toBe(true);
    },
  );

  it('is that of the clock again, after one refusal, when somebody has set it right', async () => {
    const { renew, isTaken, setRight } = await device(-YEAR_MS);
    await isTaken();
    renew();
    setRight();
    expect(await isTaken()).toBe(false);
    expect(await isTaken()).toBe(true);
  });
});
