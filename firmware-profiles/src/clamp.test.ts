import { describe, expect, it } from 'vitest';
import { clamp } from './clamp.ts';

const bounds = { reportIntervalMs: { min: 1000, max: 9000 }, shadowRecords: { min: 20, max: 500 } };

describe('clamp', () => {
  it('leaves what lies within the bounds as it is', () => {
    const asked = { reportIntervalMs: 1000, shadowRecords: 500 };
    expect(clamp({ bounds }, asked)).toEqual({ settings: asked, changed: [] });
  });

  it('brings what lies outside to the nearest bound and says so', () => {
    expect(clamp({ bounds }, { reportIntervalMs: 1, shadowRecords: 501 })).toEqual({
      settings: { reportIntervalMs: 1000, shadowRecords: 500 },
      changed: [
        { field: 'reportIntervalMs', asked: 1, given: 1000 },
        { field: 'shadowRecords', asked: 501, given: 500 },
      ],
    });
  });

  it('does not take over a setting that has no bounds', () => {
    expect(clamp({ bounds }, { outboxBytes: 5 })).toEqual({
      settings: {},
      changed: [{ field: 'outboxBytes', asked: 5, given: undefined }],
    });
  });
});
