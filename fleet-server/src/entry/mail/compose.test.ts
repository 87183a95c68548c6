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
});
