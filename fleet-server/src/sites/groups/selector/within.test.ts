import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { now, randomRow, randomSelector } from '../testing/random-selectors.ts';
import { createMatcher, parseSelector, staysWithin, type Selector } from './index.ts';

const MINE = ['north-1', 'north-2'];

describe('a selector of somebody who may see some sites', () => {
  it.each([
    ['site = north-1', true],
    ['site in (north-1, north-2)', true],
    ['site in (north-1, south-1)', false],
    ['site = south-1', false],
    ['site != south-1', false],
    ['site ~ north-*', false],
    ['not site = south-1', false],
    ['not not site = north-1', false],
    ['region = north', false],
    ['tag = north-1', false],
    ['site = north-1 and tag = canary', true],
    ['tag = canary and site in (north-1, north-2)', true],
    ['tag = canary and kind = gateway', false],
    ['site = north-1 or site = north-2', true],
    ['site = north-1 or tag = canary', false],
    ['(site = north-1 or site = south-1) and site = north-2', true],
    ['(site = north-1 or site = south-1) and tag = canary', false],
    ['online', false],
  ])('%s: stays within them: %s', (text, expected) => {
    expect(staysWithin(parseSelector(text), MINE)).toBe(expected);
  });

  it('finds nobody elsewhere when it is said to stay within them, whatever selector and device', () => {
    const somewhere = fc.uniqueArray(fc.constantFrom('north', 'north-1', 'south'), { minLength: 1 });
    const ofSites = somewhere.map((values): Selector => ({
      type: 'is',
      field: 'site',
      line: undefined,
      operator: 'in',
      values,
    }));
    const narrowed = fc.tuple(randomSelector, ofSites).map((of): Selector => ({ type: 'all', of }));
    const selector = fc.oneof(
      randomSelector,
      narrowed,
      fc.tuple(narrowed, narrowed).map((of): Selector => ({ type: 'any', of })),
    );
    let found = 0;
    fc.assert(
      fc.property(selector, randomRow, (one, row) => {
        if (!staysWithin(one, ['north', 'north-1']) || !createMatcher(one, now)(row)) return;
        found += 1;
        expect(['north', 'north-1']).toContain(row.site);
      }),
      { numRuns: 10_000, seed: 1 },
    );
    expect(found).toBeGreaterThan(20);
  });

  it('stays within none where none are held', () => {
    expect(staysWithin(parseSelector('site = north-1'), [])).toBe(false);
  });
});
