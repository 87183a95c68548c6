import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialTail, isSurelyAbove, isSurelyBelow } from './bounds.ts';
import { countToStop, devicesNeeded, failuresInARow, shareNoticed, smallestEffect } from './effect.ts';
import { GATE_NAMES, gates } from './gates.ts';
import { meanBounds } from './mean-bounds.ts';

const limits = fc.double({ min: 0.005, max: 0.6, noNaN: true });
const alphas = fc.constantFrom(0.001, 0.01, 0.05);

describe('what a gate can tell', () => {
  it('is the smallest count that stops, and no smaller one does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), limits, alphas, (devices, limit, alpha) => {
        const count = countToStop(devices, limit, alpha);
        // None stops: then one more than there are is the first that would.
        const first = count ?? devices + 1;
        expect(isSurelyAbove(first - 1, devices, limit, alpha)).toBe(false);
        if (count === undefined) return;
        expect(isSurelyAbove(count, devices, limit, alpha)).toBe(true);
        const share = shareNoticed(count, devices);
        expect(binomialTail(count, devices, share)).toBeCloseTo(0.95, 6);
        expect(share).toBeGreaterThan(limit);
      }),
    );
  });

  it('is the smallest number of good devices that makes sure, and no smaller one does', () => {
    fc.assert(
      fc.property(limits, alphas, (limit, alpha) => {
        const needed = devicesNeeded(limit, alpha) ?? -1;
        expect(isSurelyBelow(0, needed, limit, alpha)).toBe(true);
        expect(isSurelyBelow(0, needed - 1, limit, alpha)).toBe(false);
        // Never fewer than a test that is looked at once.
        expect(needed).toBeGreaterThanOrEqual(Math.log(alpha) / Math.log(1 - limit));
      }),
    );
    expect(devicesNeeded(0, 0.01)).toBeUndefined();
    expect(failuresInARow(1, 0.01)).toBeUndefined();
  });

  it.each([
    ['failures', 1, { canStop: false, canPass: true, sentence: 'too few to stop it even if all fail (1 device)' }],
    ['failures', 10, { canStop: true, devicesToStop: 4, canPass: true }],
    ['latency', 2, { canStop: false, sentence: 'too few to stop it even if all exceed the limit (2 devices)' }],
    ['latency', 3, { canStop: true, devicesToStop: 3, limit: 0.1 }],
    ['quality', 3, { canStop: false, canPass: false }],
    ['proven', 3, { canStop: false, canPass: true, limit: 0.9 }],
  ] as const)('%s with %i devices', (gate, devices, expected) => {
    const asked = gates.parse({ latency: { atMost: 2 }, quality: { worseBy: 0.01 } });
    // Three gates share: named one by one, each has more.
    const of = gate === 'failures' ? gates.parse({}) : asked;
    const effect = smallestEffect(gate, { devices }, of);
    expect(effect).toMatchObject(expected);
  });

  it('is not asked of a gate that is not named', () => {
    expect(smallestEffect('drift', { devices: 3 }, gates.parse({}))).toBeUndefined();
  });

  it('says how many devices a sure gate needs', () => {
    const sure = gates.parse({ confidence: 0.95, failures: { atMost: 0.02, sureBelow: 0.1 } });
    expect(smallestEffect('failures', { devices: 10 }, sure)).toMatchObject({
      canPass: false,
      devicesToPass: 36,
      sentence: expect.stringContaining('it passes from 36 devices without a failure on'),
    });
    expect(smallestEffect('failures', { devices: 36 }, sure)).toMatchObject({ canPass: true });
  });

  it('says what loss of quality so many sites show, in points where the spread between them is known', () => {
    const asked = gates.parse({ quality: { worseBy: 0.01 } });
    const known = smallestEffect('quality', { devices: 9, clusters: 30, clusterSpread: 0.05 }, asked);
    const { high } = meanBounds({ n: 30, mean: 0, variance: 0.05 ** 2 }, 0.005);
    expect(known?.smallest).toBeCloseTo(0.01 + high + (1.645 * 0.05) / Math.sqrt(30), 12);
    const unknown = smallestEffect('quality', { devices: 9, clusters: 30 }, asked);
    expect(unknown).toMatchObject({ canStop: true, smallest: undefined });
    expect(unknown?.sentence).toContain('standard deviations between sites');
  });

  it('is answered for every gate that is named', () => {
    const everything = gates.parse({
      errors: { atMost: 0.02 },
      latency: { atMost: 1.5 },
      memory: { atMost: 2 },
      agreement: { atLeast: 0.9 },
      shift: { atMost: 0.1 },
      drift: { atMost: 0 },
      quality: { worseBy: 0.01 },
      fairness: { worseBy: 0.02 },
    });
    const effects = GATE_NAMES.map((gate) => smallestEffect(gate, { devices: 40, clusters: 20 }, everything));
    expect(effects.map((effect) => effect?.gate)).toEqual([...GATE_NAMES]);
  });
});

const share = (cell: string | undefined) => Number((cell ?? '').replace(' %', '')) / 100;
const shown = (value: number) => `${Number((value * 100).toPrecision(3))} %`;

describe('the tables of docs/gates.md', () => {
  const doc = readFileSync(new URL('../../../../../shared/docs/gates.md', import.meta.url), 'utf8');
  /** The cells of the table under a heading, without its head. */
  const tableUnder = (heading: string) => {
    const [, section = ''] = doc.split(`## ${heading}\n`);
    const [part = ''] = section.split('\n## ');
    const lines = part.split('\n').filter((line) => line.startsWith('|'));
    return lines.slice(2).map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  };
  it('hold what the functions say of stopping', () => {
    const rows = tableUnder('How many failures stop a rollout');
    expect(rows.length).toBeGreaterThan(5);
    for (const [devices = '', ...cells] of rows) {
      const expected = [0.02, 0.1].flatMap((limit) => {
        const count = countToStop(Number(devices), limit, 0.01);
        return count === undefined ? ['–', '–'] : [`${count}`, shown(shareNoticed(count, Number(devices)))];
      });
      expect([devices, ...cells]).toEqual([devices, ...expected]);
    }
  });

  it('hold what the functions say of being sure', () => {
    const rows = tableUnder('How many devices make sure');
    expect(rows.length).toBeGreaterThan(3);
    for (const [limit, ...cells] of rows) {
      const once = (alpha: number) => Math.ceil(Math.log(alpha) / Math.log(1 - share(limit)));
      const expected = [0.05, 0.01].flatMap((alpha) => [`${devicesNeeded(share(limit), alpha)}`, `${once(alpha)}`]);
      expect([limit, ...cells]).toEqual([limit, ...expected]);
    }
  });

  it('hold what the functions say of sites', () => {
    const rows = tableUnder('How many sites show a loss of quality');
    expect(rows.length).toBeGreaterThan(3);
    for (const [sites, ...cells] of rows) {
      const n = Number(sites);
      const expected = [0.01, 0.005].map((alpha) =>
        (meanBounds({ n, mean: 0, variance: 1 }, alpha).high + 1.645 / Math.sqrt(n)).toFixed(2),
      );
      expect([sites, ...cells]).toEqual([sites, ...expected]);
    }
  });
});
