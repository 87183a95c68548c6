import { describe, expect, it } from 'vitest';
import { DERIVATIONS } from './derive.ts';

const derive = (id: string, asOf: string) => DERIVATIONS[id]?.({ values: {}, asOf: Date.parse(asOf) });

// A published derivation never changes: these rows may be added to and never edited.
describe('a derived feature', () => {
  it.each([
    ['as-of-month@1', '2026-01-01T00:00:00Z', 1],
    ['as-of-month@1', '2026-02-28T23:59:59Z', 2],
    ['as-of-month@1', '2026-12-31T23:59:59Z', 12],
    ['as-of-weekday@1', '2026-11-16T00:00:00Z', 1],
    ['as-of-weekday@1', '2026-11-21T12:00:00Z', 6],
    ['as-of-weekday@1', '2026-11-22T23:59:59Z', 7],
  ])('%s at %s is %i, in UTC', (id, asOf, value) => {
    expect(derive(id, asOf)).toBe(value);
  });

  it('has a name with a version', () => {
    for (const id of Object.keys(DERIVATIONS)) expect(id).toMatch(/^[a-z][a-z0-9-]*@\d+$/);
  });
});
