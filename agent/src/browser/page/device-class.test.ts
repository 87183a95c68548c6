import { resolveProfile } from '@plumbline/firmware-profiles';
import { describe, expect, it } from 'vitest';
import { deviceClassOf, type BrowserTells } from './device-class.ts';

const MOZILLA = 'Mozilla/5.0';
const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const ANDROID = `${MOZILLA} (Linux; Android 10; K) ${CHROME}`;

const cases: [string, BrowserTells, string][] = [
  [
    'Safari on an iPad',
    { userAgent: `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI}`, touchPoints: 5 },
    'ipad-10',
  ],
  [
    'Firefox on an iPad, which is a WebKit',
    {
      userAgent: `${MOZILLA} (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Safari/605.1.15`,
      touchPoints: 5,
    },
    'ipad-10',
  ],
  [
    'Safari on a Mac',
    { userAgent: `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI}`, touchPoints: 0 },
    'browser-webkit',
  ],
  [
    'WebKitGTK',
    {
      userAgent: `${MOZILLA} (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15`,
      touchPoints: 0,
    },
    'browser-webkit',
  ],
  ['Chrome on a Galaxy Tab Active5', { userAgent: ANDROID, touchPoints: 5, model: 'SM-X306B' }, 'galaxy-tab-active5'],
  [
    'a browser that names that tablet itself',
    { userAgent: `${MOZILLA} (Linux; Android 14; SM-X300) ${CHROME}`, touchPoints: 5 },
    'galaxy-tab-active5',
  ],
  [
    'Chrome on an Android tablet that nobody knows',
    { userAgent: ANDROID, touchPoints: 5, model: 'TB330FU' },
    'browser-chromium',
  ],
  [
    'Chrome that names no model',
    { userAgent: `${MOZILLA} (X11; Linux x86_64) ${CHROME}`, touchPoints: 0, model: '' },
    'browser-chromium',
  ],
  [
    'Firefox on a PC',
    { userAgent: `${MOZILLA} (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0`, touchPoints: 0 },
    'browser-firefox',
  ],
];

describe('the class of a tablet', () => {
  it.each(cases)('of %s', (_, tells, profile) => {
    expect(deviceClassOf(tells)).toBe(profile);
    expect(resolveProfile(profile).kind).toBe('tablet');
  });

  it('is known by every model name that its profile lists', () => {
    const { id, models } = resolveProfile('galaxy-tab-active5');
    expect(models.map((model) => deviceClassOf({ userAgent: ANDROID, touchPoints: 5, model }))).toEqual(
      models.map(() => id),
    );
  });
});
