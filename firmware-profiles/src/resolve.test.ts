import { deviceSettings } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { ProfileError } from './errors.ts';
import { profileIds, resolveProfile } from './resolve.ts';

function errorOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe('resolveProfile', () => {
  it.each([...profileIds])('gives %s complete, with bounds for every setting', (id) => {
    const profile = resolveProfile(id);
    expect(profile.id).toBe(id);
    expect(Object.keys(profile.bounds).toSorted()).toEqual([...deviceSettings.keyof().options].toSorted());
  });

  it('takes what the profile says and the rest from its template, key by key', () => {
    const dev = resolveProfile('linux-x64-dev');
    expect(dev.bounds.reportIntervalMs).toEqual({ min: 100, max: 86_400_000 });
    expect(dev.runtime.engine).toBe('onnxruntime-node');
    expect(dev.precision).toEqual({ float32: true, int8DotProduct: false });
    expect(dev.note).not.toContain('Site gateways');
  });

  it('drops the source of the template for a field that the profile sources itself', () => {
    const { sources } = resolveProfile('linux-x64-dev');
    expect(sources.filter(({ fields }) => fields.includes('bounds'))).toHaveLength(1);
    expect(sources.filter(({ fields }) => fields.includes('agent'))).toHaveLength(1);
  });

  it('lets only the classes that ran the tests call themselves tested', () => {
    expect(profileIds.filter((id) => resolveProfile(id).status === 'tested')).toEqual([
      'browser-chromium',
      'browser-firefox',
      'browser-webkit',
      'linux-x64-dev',
    ]);
  });

  it.each([...profileIds])('never lets an assignment switch shadow, proof or the trial limit off on %s', (id) => {
    const { shadowRecords, proveRecords, proveTimeoutMs, trialTimeoutMs } = resolveProfile(id).bounds;
    const lowest = [shadowRecords, proveRecords, proveTimeoutMs, trialTimeoutMs].map((range) => range?.min ?? 0);
    expect(Math.min(...lowest)).toBeGreaterThan(0);
  });

  it.each([
    ['raspbery-pi4', 'raspberry-pi-4'],
    ['iot2050-advanced', 'simatic-iot2050-advanced'],
    ['', 'ipad-10'],
    ['__proto__', 'ipad-10'],
  ])('refuses %j and proposes %s', (id, proposal) => {
    const error = errorOf(() => resolveProfile(id));
    expect(error).toBeInstanceOf(ProfileError);
    expect(error).toMatchObject({ code: 'profile_unknown', kind: 'not-found', field: 'profile' });
    expect((error as ProfileError).expected).toContain(proposal);
  });

  it('says of a class that cannot be supported why not', () => {
    expect(errorOf(() => resolveProfile('linux-armv7'))).toMatchObject({
      code: 'profile_unsupported',
      kind: 'refused',
      message: expect.stringContaining('Node 24'),
    });
    expect(profileIds).not.toContain('linux-armv7');
  });

  it('gives a value of its own to every caller', () => {
    resolveProfile('ipad-10').codecs.push('none');
    expect(resolveProfile('ipad-10').codecs).toEqual(['deflate']);
  });
});
