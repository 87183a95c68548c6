import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bumpOf,
  checkPolicy,
  checkRenewalPolicy,
  DEVELOPMENT_POLICY,
  readPolicy,
  type ApproverPolicy,
} from './policy.ts';

const policy: ApproverPolicy = {
  v: 1,
  lines: ['delay'],
  bumps: ['patch', 'minor'],
  origins: ['trained'],
  worseByAtMost: 0,
  perHour: 2,
  renewals: true,
};
const release = { line: 'delay', bump: 'patch' as const, origin: 'trained', worseByAtMost: 0 };

describe('a policy', () => {
  it.each([release, { ...release, bump: 'minor' as const }])('covers %o', (covered) => {
    expect(() => checkPolicy(policy, covered)).not.toThrow();
    expect(() => checkPolicy(DEVELOPMENT_POLICY, covered)).not.toThrow();
  });

  it.each([
    ['line', { ...release, line: 'delay-2' }],
    ['bump', { ...release, bump: 'major' as const }],
    ['bump', { ...release, bump: 'first' as const }],
    ['origin', { ...release, origin: 'imported' }],
    ['origin', { ...release, origin: 'unheard of' }],
    ['worseByAtMost', { ...release, worseByAtMost: 0.001 }],
  ])('does not cover another %s', (field, other) => {
    expect(() => checkPolicy(policy, other)).toThrow(expect.objectContaining({ code: 'policy_refuses', field }));
  });

  it('covers every line with a star, and nothing else more for it', () => {
    const every = { ...policy, lines: ['*'] };
    expect(() => checkPolicy(every, { ...release, line: 'cost' })).not.toThrow();
    expect(() => checkPolicy(every, { ...release, bump: 'major' })).toThrow(/bump major/);
  });

  it('covers what may be worse as far as it says', () => {
    const lenient = { ...policy, worseByAtMost: 0.01 };
    expect(() => checkPolicy(lenient, { ...release, worseByAtMost: 0.01 })).not.toThrow();
    expect(() => checkPolicy(lenient, { ...release, worseByAtMost: 0.011 })).toThrow(/worseByAtMost 0.0110/);
  });

  it('covers renewals of its lines unless it says otherwise', () => {
    expect(() => checkRenewalPolicy(policy, 'delay')).not.toThrow();
    expect(() => checkRenewalPolicy(policy, 'cost')).toThrow(/line cost/);
    expect(() => checkRenewalPolicy({ ...policy, renewals: false }, 'delay')).toThrow(/renewals of delay/);
  });

  it('is read from YAML, or refused naming its field', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-policy-'));
    const path = join(folder, 'policy.yaml');
    const text = 'v: 1\nlines: [delay]\nbumps: [patch, minor]\norigins: [trained]\nperHour: 2\n';
    await writeFile(path, text);
    expect(await readPolicy(path)).toEqual(policy);
    await writeFile(path, text.replace('minor', 'any'));
    await expect(readPolicy(path)).rejects.toMatchObject({ code: 'policy_malformed', field: 'bumps.1' });
    await rm(folder, { recursive: true });
  });
});

it.each([
  ['1.0.0', undefined, 'first'],
  ['1.0.1', '1.0.0', 'patch'],
  ['1.0.3', '1.0.1', 'patch'],
  ['1.2.0', '1.1.4', 'minor'],
  ['2.0.0', '1.9.9', 'major'],
])('%s after %s is a step of kind %s', (version, predecessor, bump) => {
  expect(bumpOf(version, predecessor)).toBe(bump);
});
