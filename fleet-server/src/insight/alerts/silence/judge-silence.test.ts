import { assert, array, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeSilence, type Watched } from './judge-silence.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 1_000 * HOUR;

/** `agoMs`: since when it is away. */
const device = (name: string, agoMs: number, more: Partial<Watched> = {}): Watched => ({
  device: name,
  site: name.split('-')[0] ?? '',
  region: '',
  contactAt: NOW - agoMs,
  quietAfterMs: 10 * MINUTE,
  silentAfterMs: 3 * HOUR,
  toldAt: undefined,
  ...more,
});
const many = (site: string, count: number, agoMs: number, more: Partial<Watched> = {}, from = 0) =>
  Array.from({ length: count }, (_, index) => device(`${site}-${index + from}`, agoMs, more));
const judge = (devices: Watched[], open: string[] = [], watchingSince = -Infinity) =>
  judgeSilence(devices, { now: NOW, watchingSince, open: new Set(open) });
const subjects = (devices: Watched[], open?: string[], watchingSince?: number) =>
  judge(devices, open, watchingSince).map(({ subject }) => subject);

describe('silence', () => {
  it.each<[string, Watched[], string[]]>([
    ['of nobody is no alert', many('n', 5, 0), []],
    ['of one device is its own', [device('n-1', 4 * HOUR), ...many('n', 5, 0, {}, 2)], ['device:n-1']],
    ['within its time is none', [device('n-1', 2 * HOUR)], []],
    ['within its habit is none', [device('n-1', 60 * HOUR, { silentAfterMs: 65 * HOUR, quietAfterMs: 65 * HOUR })], []],
    ['of two of two at a site is two', many('n', 2, 4 * HOUR), ['device:n-0', 'device:n-1']],
    ['of three of six at a site is one', [...many('n', 3, 20 * MINUTE), ...many('n', 3, 0, {}, 3)], ['site:n']],
    [
      'of three of seven at a site is none before their time',
      [...many('n', 3, 20 * MINUTE), ...many('n', 4, 0, {}, 3)],
      [],
    ],
    [
      'of three of seven at a site is three',
      [...many('n', 3, 4 * HOUR), ...many('n', 4, 0, {}, 3)],
      ['device:n-0', 'device:n-1', 'device:n-2'],
    ],
    [
      'does not count those that were away before',
      [...many('n', 3, 20 * MINUTE), ...many('n', 9, 50 * HOUR, { silentAfterMs: 99 * HOUR }, 3)],
      // Nine were away for long, three of three that were there fell silent: the nine are one silence, the widest.
      ['site:n'],
    ],
    [
      'of devices that left hours apart is not one',
      [device('n-1', 4 * HOUR), device('n-2', 8 * HOUR), device('n-3', 12 * HOUR), ...many('n', 2, 0, {}, 4)],
      ['device:n-1', 'device:n-2', 'device:n-3'],
    ],
    [
      'of one big site is not that of the fleet',
      [...many('n', 60, 20 * MINUTE), ...many('s', 10, 0), ...many('w', 10, 0)],
      ['site:n'],
    ],
    ['of every site is that of the fleet', [...many('n', 5, 20 * MINUTE), ...many('s', 5, 20 * MINUTE)], ['fleet:all']],
    [
      'of one device at each of many sites is that of the fleet',
      ['a', 'b', 'c', 'd'].map((site) => device(`${site}-1`, 20 * MINUTE)),
      ['fleet:all'],
    ],
    [
      'of every site of a region is that of the region',
      [
        ...many('n', 4, 20 * MINUTE, { region: 'north' }),
        ...many('m', 4, 20 * MINUTE, { region: 'north' }),
        ...many('s', 20, 0, { region: 'south' }),
      ],
      ['region:north'],
    ],
    [
      'beside a shared one stays its own',
      [...many('n', 4, 20 * MINUTE), device('s-1', 30 * HOUR), ...many('s', 4, 0, {}, 2)],
      ['site:n', 'device:s-1'],
    ],
  ])('%s', (_what, devices, wanted) => {
    expect(subjects(devices)).toEqual(wanted);
  });

  it('of many names who, of how many, and what it is likely to be', () => {
    const [alert] = judge([...many('n', 4, 20 * MINUTE), ...many('n', 1, 0, {}, 4)]);
    expect(alert).toMatchObject({ kind: 'site_silent', details: { devices: ['n-0', 'n-1', 'n-2', 'n-3'], of: 5 } });
    expect(alert?.sentence).toMatch(/^4 of 5 devices of site n fell silent from .* UTC: it is the link or the power/);
  });

  it('that many share ends when most are back; those who are not get their own', () => {
    const told = { toldAt: NOW - HOUR };
    const still = many('n', 2, 2 * HOUR, told);
    expect(subjects([...still, ...many('n', 6, 0, {}, 2)], ['site:n'])).toEqual(['device:n-0', 'device:n-1']);
  });

  it('that many share does not come and go at its bound', () => {
    const devices = [...many('n', 3, 2 * HOUR), ...many('n', 4, 0, {}, 3)];
    expect(subjects(devices, ['site:n'])).toEqual(['site:n']);
  });

  it('is not counted while nobody watched, but what was told stays told', () => {
    const devices = [device('n-1', 9 * HOUR), device('n-2', 9 * HOUR, { toldAt: NOW - HOUR })];
    expect(subjects(devices, [], NOW - MINUTE)).toEqual(['device:n-2']);
  });

  it('never names a device twice, and always one that is away longest', () => {
    const fleet = array(record({ site: integer({ min: 0, max: 3 }), ago: integer({ min: 0, max: 300 }) }), {
      maxLength: 40,
    });
    assert(
      property(fleet, (drawn) => {
        const devices = drawn.map(({ site, ago }, index) => device(`s${site}-${index}`, ago * MINUTE));
        const named = judge(devices).flatMap(({ subject, details }) =>
          Array.isArray(details['devices']) ? (details['devices'] as string[]) : [subject.slice(7)],
        );
        const silent = devices.filter(({ contactAt }) => NOW - contactAt > 3 * HOUR);
        return new Set(named).size === named.length && silent.every((one) => named.includes(one.device));
      }),
      { numRuns: 200 },
    );
  });
});
