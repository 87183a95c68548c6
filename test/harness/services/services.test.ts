import { describe, expect, it } from 'vitest';
import { required, skipReason } from './index.ts';

describe('a service this machine lacks', () => {
  const absent = { service: null, reason: 'the server is not installed' } as const;

  it('is named as the reason for skipping, unless it is required', () => {
    const before = process.env['PLUMBLINE_REQUIRE_SERVICES'];
    try {
      delete process.env['PLUMBLINE_REQUIRE_SERVICES'];
      expect(skipReason(absent)).toBe('the server is not installed');
      process.env['PLUMBLINE_REQUIRE_SERVICES'] = '1';
      expect(skipReason(absent)).toBeUndefined();
    } finally {
      if (before === undefined) delete process.env['PLUMBLINE_REQUIRE_SERVICES'];
      else process.env['PLUMBLINE_REQUIRE_SERVICES'] = before;
    }
  });

  it('fails the test that starts it all the same', () => {
    expect(() => required(absent)).toThrow('the server is not installed');
  });
});
