import { describe, expect, it } from 'vitest';
import type { LineMetadata } from '../image/release.ts';
import { checkFloor, checkInstall } from './check-install.ts';

const HASH = 'ab'.repeat(32);
const targetOf = (counter: number, profiles: string[] = ['moxa-uc-3400a']) => ({
  length: 1000,
  hashes: { sha256: HASH },
  custom: { counter, version: `1.${counter}.0`, variant: 'tree', profiles },
});
const line: LineMetadata = {
  version: 3,
  expires: '2026-12-31T00:00:00Z',
  targets: { 'models/delay/7/tree.plb': targetOf(7), 'models/delay/9/tree.plb': targetOf(9) },
};
const payload = { codec: 'none' as const, length: 1000, sha256: HASH };
const model = {
  model: 'delay',
  path: 'models/delay/7/tree.plb',
  length: 1000,
  sha256: HASH,
  releaseCounter: 7,
  payload,
};
const refused = (code: string) => expect.objectContaining({ name: 'TrustError', kind: 'refused', code }) as Error;
const check =
  (changed: object = {}, floor = 0, ran = 0, profile = 'moxa-uc-3400a', of = line) =>
  () =>
    checkInstall({ ...model, ...changed }, of, floor, ran, profile);

describe('an install', () => {
  it('goes ahead when assignment and release agree, also for the counter that runs already', () => {
    expect(check()).not.toThrow();
    expect(check({}, 7, 7)).not.toThrow();
  });

  it.each([
    ['bytes that nobody released', check({ sha256: 'cd'.repeat(32) }), 'bad_hash', 'sha256'],
    ['a path that is no release', check({ path: 'models/delay/8/tree.plb' }), 'not_in_release', 'path'],
    ['a path that every object has', check({ path: 'constructor' }), 'not_in_release', 'path'],
    ['a model of another line', check({ model: 'cost' }), 'not_in_release', 'path'],
    ['a model whose name begins the line', check({ model: 'del' }), 'not_in_release', 'path'],
    ['another length', check({ length: 999 }), 'bad_length', 'length'],
    ['another counter', check({ releaseCounter: 9 }), 'not_in_release', 'releaseCounter'],
    ['a profile it was not released for', check({}, 0, 0, 'ipad-10'), 'not_in_release', 'path'],
    ['an old release below the floor', check({}, 8), 'rollback', 'releaseCounter'],
    ['an old release below what has run', check({}, 0, 8), 'rollback', 'releaseCounter'],
  ])('is refused for %s', (_, install, code, field) => {
    expect(install).toThrow(refused(code));
    expect(install).toThrow(expect.objectContaining({ field: expect.stringMatching(new RegExp(`\\.${field}$`)) }));
  });

  it('goes ahead on every profile when the release names none', () => {
    const open = { ...line, targets: { [model.path]: targetOf(7, []) } };
    expect(check({}, 0, 0, 'ipad-10', open)).not.toThrow();
  });
});

describe('a floor', () => {
  it('may be as high as the highest release, and no higher: nothing could ever follow it', () => {
    expect(() => checkFloor(line, 'delay', 9)).not.toThrow();
    for (const floor of [10, Number.MAX_SAFE_INTEGER]) {
      expect(() => checkFloor(line, 'delay', floor)).toThrow(
        expect.objectContaining({ code: 'floor_too_high', field: 'floors.delay', expected: '≤ 9' }),
      );
      expect(check({}, floor)).toThrow(refused('floor_too_high'));
    }
  });
});
