import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync } from 'node:zlib';
import { sha256Hex, toHex, utf8, verifySignature } from '@plumbline/shared/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeDecoders } from './decoders.ts';
import { createDrivenClock } from './driven-clock.ts';
import { createNodeCrypto } from './node-crypto.ts';
import { createNodeRandom } from './node-random.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-platform-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the device key', () => {
  it('is made on first use and stays the same', async () => {
    const file = join(folder, 'device.key');
    const first = await createNodeCrypto(file).devicePublicKey();
    expect(await createNodeCrypto(file).devicePublicKey()).toEqual(first);
    expect(readdirSync(folder)).toEqual(['device.key']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('signs what the key of the same device verifies', async () => {
    const crypto = createNodeCrypto(join(folder, 'device.key'));
    const signature = await crypto.signAsDevice(utf8('token'));
    expect(verifySignature(await crypto.devicePublicKey(), utf8('token'), signature)).toBe(true);
    expect(verifySignature(await crypto.devicePublicKey(), utf8('other'), signature)).toBe(false);
  });

  it('that was damaged is refused, and not replaced in silence', async () => {
    const file = join(folder, 'device.key');
    writeFileSync(file, 'nonsense');
    await expect(createNodeCrypto(file).devicePublicKey()).rejects.toMatchObject({ code: 'device_key_malformed' });
  });

  it('that cannot be written names its place', async () => {
    const crypto = createNodeCrypto(join(folder, 'absent/device.key'));
    await expect(crypto.devicePublicKey()).rejects.toMatchObject({ code: 'state_unwritable', field: 'state' });
  });
});

describe('the digest', () => {
  it('is SHA-256', async () => {
    const crypto = createNodeCrypto(join(folder, 'device.key'));
    expect(toHex(await crypto.sha256(utf8('plumbline')))).toBe(sha256Hex(utf8('plumbline')));
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('randomness', () => {
  it('lies in [0, 1) and comes in any length', () => {
    const random = createNodeRandom();
    const numbers = Array.from({ length: 1000 }, () => random.next());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBe(1000);
    expect(random.bytes(33)).toHaveLength(33);
  });
});

describe('a driven clock', () => {
  it('goes where it is set, and never back', () => {
    const clock = createDrivenClock(1000);
    clock.set(2000);
    clock.set(2000);
    expect(clock.now()).toBe(2000);
    expect(() => clock.set(1999)).toThrow(expect.objectContaining({ code: 'clock_backwards', field: 'now' }));
  });

  it('waits in real time', async () => {
    const clock = createDrivenClock(1000);
    await new Promise<void>((resolve) => clock.after(1, resolve));
    expect(clock.now()).toBe(1000);
  });

  it('runs nothing that was taken back', async () => {
    const clock = createDrivenClock(0);
    let ran = false;
    clock.after(0, () => (ran = true))();
    await new Promise<void>((resolve) => clock.after(2, resolve));
    expect(ran).toBe(false);
  });
});

describe.each([
  ['deflate', deflateRawSync],
  ['brotli', brotliCompressSync],
] as const)('unpacking %s', (codec, pack) => {
  const archive = new Uint8Array(100_000).fill(7);
  const payload = new Uint8Array(pack(archive));

  it('gives the archive back', async () => {
    expect(await nodeDecoders[codec]?.(payload, archive.length)).toEqual(archive);
  });

  it('stops at the signed length', async () => {
    await expect(nodeDecoders[codec]?.(payload, archive.length - 1)).rejects.toThrow(RangeError);
  });

  it('fails on half a payload', async () => {
    await expect(nodeDecoders[codec]?.(payload.subarray(0, payload.length / 2), archive.length)).rejects.toThrow(Error);
  });
});
