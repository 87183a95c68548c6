import { describe, expect, it } from 'vitest';
import { compose } from './compose.ts';
import { smtpServerOf } from './settings.ts';

describe('a connection', () => {
  it.each([
    ['smtp://h.example', { host: 'h.example', port: 587, secure: false, requireTLS: true, auth: undefined }],
    [
      'smtps://u:p%2Fq@h.example',
      { host: 'h.example', port: 465, secure: true, requireTLS: false, auth: { user: 'u', pass: 'p/q' } },
    ],
    ['smtp://[::1]:25', { host: '::1', port: 25, secure: false, requireTLS: false, auth: undefined }],
  ])('to %s says nothing in plain text beyond this machine', (url, expected) => {
    expect(smtpServerOf(url)).toEqual(expected);
  });
});

describe('a letter', () => {
  it('of what is over says so, and why', () => {
    const alert = {
      id: 'al_1',
      kind: 'site_silent',
      subject: 'site:north',
      scope: 'site',
      sentence: 'north is silent',
    } as const;
    const times = { raisedAt: Date.UTC(2026, 2, 1, 10, 42), lastAt: 0, count: 1, clearedAt: 5, clearedReason: 'x' };
    const rest = { details: {}, acknowledged: undefined, told: true };
    expect(compose('alert.cleared', { ...alert, ...times, ...rest }, 'its cause has ended')).toEqual({
      subject: '[plumbline] over: north is silent',
      text: `What: north is silent

Where: site:north

Since: 2026-03-01 10:42 UTC

Over: its cause has ended

Alert: al_1, site_silent, warning: plumbline alerts acknowledge al_1
`,
    });
  });

  it('of drift says where and since when in words', () => {
    const details = {
      line: 'delay',
      where: { of: 'fleet', id: '', devices: 9, sites: [{ site: 'north', share: 0.62 }] },
      since: { at: Date.UTC(2026, 2, 4), low: Date.UTC(2026, 2, 3), high: Date.UTC(2026, 2, 5) },
      sure: '1 in 1,000',
      todo: 'look at crew',
    };
    const of = { id: 'al_1', kind: 'drift', subject: 'model:delay@1.0.0/covariate:crew', scope: 'model' } as const;
    const times = { raisedAt: 0, lastAt: 0, count: 1, clearedAt: undefined, clearedReason: undefined };
    const { text } = compose('alert.raised', {
      ...of,
      ...times,
      details,
      sentence: 'crew has moved',
      acknowledged: undefined,
      told: true,
    });
    for (const said of [
      'Where: the whole fleet, 9 devices; most of it: north 62 %\n',
      'Since: 2026-03-04 00:00 UTC, likely between 2026-03-03 00:00 UTC and 2026-03-05 00:00 UTC\n',
      'How sure: 1 in 1,000\n',
      'What to do: look at crew\n',
    ]) {
      expect(text).toContain(said);
    }
    const device = { ...details, where: { of: 'device', id: 'gw\r\n5', devices: 1, sites: [] } };
    const one = { ...of, ...times, details: device, sentence: '', acknowledged: undefined, told: true };
    expect(compose('alert.raised', one).text).toContain('Where: device gw 5, 1 device\n');
  });
});
