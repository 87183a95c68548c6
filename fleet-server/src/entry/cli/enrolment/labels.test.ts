import { describe, expect, it } from 'vitest';
import type { MadeToken } from '../../../sites/devices/index.ts';
import { labelsOf } from './labels.ts';

const token: MadeToken = {
  site: 'north',
  device: 'gw-1',
  tags: ['crane'],
  profile: 'linux-x64-dev',
  approval: 'required',
  code: `plumbline1.${'A1b2-_'.repeat(60)}`,
  expiresAt: Date.UTC(2026, 5, 1, 12, 30, 59),
};

describe('labels to print', () => {
  it('show each device with its code as QR and text, and until when it is good', () => {
    const page = labelsOf([token, { ...token, device: 'gw-2', approval: 'policy' }]);
    expect(page.match(/<article>/g)).toHaveLength(2);
    expect(page.match(/<svg /g)).toHaveLength(2);
    expect(page).toContain(token.code);
    expect(page).toContain('2026-06-01 12:30 UTC');
    expect(page.match(/compare the fingerprint/g)).toHaveLength(1);
  });

  it('hold no script and load nothing, whatever a tag says', () => {
    const page = labelsOf([{ ...token, tags: ['<script>alert(1)</script>', `"><img src=x onerror='y'>`, '&lt;'] }]);
    expect(page).not.toMatch(/<script|<img|https?:\/\/(?!www\.w3\.org)/);
    expect(page).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt; &quot;&gt;&lt;img src=x onerror=&#39;y&#39;&gt; &amp;lt;',
    );
  });
});
