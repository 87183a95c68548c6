import { createSeededRandom } from '@plumbline/shared/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterDifference, clusterMean, meanBounds } from './mean-bounds.ts';

const cluster = (name: string, count: number, loss: number) => ({ cluster: name, count, loss });
const clusters = fc.uniqueArray(
  fc.record({
    cluster: fc.string({ minLength: 1, maxLength: 4 }),
    count: fc.integer({ min: 0, max: 50 }),
    loss: fc.double({ min: 0, max: 50, noNaN: true }),
  }),
  { selector: (one) => one.cluster, minLength: 1, maxLength: 20 },
);

describe('the mean over clusters', () => {
  it('weighs records, not sites', () => {
    expect(clusterMean([cluster('a', 90, 9), cluster('b', 10, 4)])).toMatchObject({ mean: 0.13 });
  });

  it('of one record a cluster is the plain mean with its plain variance', () => {
    const losses = [0.1, 0.4, 0.2, 0.7, 0.3, 0.1];
    const of = clusterMean(losses.map((loss, i) => cluster(`s${i}`, 1, loss)));
    const mean = losses.reduce((sum, loss) => sum + loss / losses.length, 0);
    const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / (losses.length - 1);
    expect(of?.n).toBeCloseTo(6, 12);
    expect(of?.mean).toBeCloseTo(mean, 12);
    expect(of?.variance).toBeCloseTo(variance, 12);
  });

  it('counts one site with nearly all records as little more than one', () => {
    const of = clusterMean([cluster('large', 1000, 200), ...'abcdefgh'.split('').map((name) => cluster(name, 1, 0.2))]);
    expect(of?.n).toBeLessThan(1.1);
    expect(meanBounds(of ?? never(), 0.01)).toEqual({ low: -Infinity, high: Infinity });
  });

  it('says nothing of no record', () => {
    expect(clusterMean([])).toBeUndefined();
    expect(clusterMean([cluster('a', 0, 0)])).toBeUndefined();
    expect(clusterDifference([cluster('a', 0, 0)], [cluster('b', 1, 1)])).toBeUndefined();
  });

  it('does not depend on the order of the clusters', () => {
    fc.assert(
      fc.property(clusters, clusters, (one, other) => {
        expect(clusterDifference(one.toReversed(), other.toReversed())).toEqual(clusterDifference(one, other));
      }),
    );
  });

  it('lets what a site does to both models cancel out', () => {
    const sites = Array.from({ length: 12 }, (_, i) => ({ name: `s${i}`, loss: 1 + i }));
    const candidate = sites.map(({ name, loss }) => cluster(name, 20, loss + 0.4));
    const together = clusterDifference(
      candidate,
      sites.map(({ name, loss }) => cluster(name, 20, loss)),
    );
    const apart = clusterDifference(
      candidate,
      sites.map(({ name, loss }) => cluster(`x${name}`, 20, loss)),
    );
    expect(together?.mean).toBeCloseTo(0.02, 12);
    expect(apart?.mean).toBeCloseTo(0.02, 12);
    expect(together?.variance).toBeCloseTo(0, 12);
    expect(apart?.variance).toBeGreaterThan(0.01);
  });
});

const radiusOf = (n: number) => meanBounds({ n, mean: 0, variance: 1 }, 0.01).high;

describe('bounds of a mean', () => {
  it('are infinite for four clusters, wide for five and narrow for a thousand', () => {
    expect(radiusOf(4.9)).toBe(Infinity);
    expect(radiusOf(5)).toBeGreaterThan(3);
    expect(radiusOf(1000)).toBeLessThan(0.13);
  });

  it.each([
    ['skewed losses of a site of 20 records', 20, 0.05],
    ['sites of very different size', undefined, 0.05],
    ['sites of very different size', undefined, 0.01],
  ])('over %s, looked at from the 5th site to the 80th, are ever wrong in few of 250 streams', (_name, size, alpha) => {
    const streams = 250;
    const draw = createLosses(77);
    const truth = clusterMean(Array.from({ length: 20_000 }, (_, i) => draw.site(`${i}`, size)))?.mean ?? never();
    let [above, below] = [0, 0];
    for (let stream = 0; stream < streams; stream++) {
      const seen: ReturnType<typeof draw.site>[] = [];
      let [isAbove, isBelow] = [false, false];
      for (let i = 0; i < 80; i++) {
        seen.push(draw.site(`${i}`, size));
        if (i > 30 && i % 5 !== 0) continue;
        const { low, high } = meanBounds(clusterMean(seen) ?? never(), alpha);
        isAbove ||= low > truth;
        isBelow ||= high < truth;
      }
      if (isAbove) above++;
      if (isBelow) below++;
    }
    // The method is asymptotic: alpha, and two standard errors of this count.
    const most = alpha + 2 * Math.sqrt((alpha * (1 - alpha)) / streams);
    expect(above / streams).toBeLessThanOrEqual(most);
    expect(below / streams).toBeLessThanOrEqual(most);
  });

  it('of two models that are equally good, on few sites that go on and on, are hardly ever wrong', () => {
    const draw = createLosses(5);
    let wrong = 0;
    for (let stream = 0; stream < 150; stream++) {
      const sites = Array.from({ length: 16 }, (_, i) => ({ ...cluster(`${i}`, 0, 0), bias: draw.normal() }));
      let isWrong = false;
      for (let look = 0; look < 25; look++) {
        for (const site of sites) {
          site.count += 4;
          for (let i = 0; i < 4; i++) site.loss += draw.loss(site.bias);
        }
        const difference = clusterDifference(sites.slice(0, 8), sites.slice(8)) ?? never();
        isWrong ||= meanBounds(difference, 0.05).low > 0;
      }
      if (isWrong) wrong++;
    }
    expect(wrong / 150).toBeLessThanOrEqual(0.05);
  });
});

function createLosses(seed: number) {
  const { next } = createSeededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  /** Squared error of a model that always says 0.27, on a site with its own base rate. */
  const loss = (bias: number) => (0.27 - (next() < 1 / (1 + Math.exp(1 - bias)) ? 1 : 0)) ** 2;
  const site = (name: string, size = Math.ceil(Math.exp(normal()) * 10)) => {
    const bias = normal();
    let sum = 0;
    for (let i = 0; i < size; i++) sum += loss(bias);
    return cluster(name, size, sum);
  };
  return { normal, loss, site };
}

function never(): never {
  throw new Error('expected a value');
}
