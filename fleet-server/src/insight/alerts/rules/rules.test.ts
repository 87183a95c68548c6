import { describe, expect, it } from 'vitest';
import { routesOf } from './routes-of.ts';
import { alertRule } from './rule.ts';

const drift = {
  kind: 'drift',
  subject: 'model:delay@1.2.0/feature:crew',
  details: { where: { site: 'north' } },
} as const;
const silent = { kind: 'site_silent', subject: 'site:south', details: {} } as const;
const rule = (when: object, email = ['ops@example.com']) => alertRule.parse({ name: 'r', when, routes: { email } });

describe('a rule', () => {
  it.each<[string, object, Parameters<typeof routesOf>[1], boolean]>([
    ['of everything', {}, drift, true],
    ['of its kind', { kinds: ['drift', 'device_cloned'] }, drift, true],
    ['of another kind', { kinds: ['device_cloned'] }, drift, false],
    ['of its line', { lines: ['delay'] }, drift, true],
    ['of a line that begins like it', { lines: ['del'] }, drift, false],
    ['of a line, for an alert of none', { lines: ['delay'] }, silent, false],
    ['of the site its details name', { sites: ['north'] }, drift, true],
    ['of the site that is its subject', { sites: ['south'] }, silent, true],
    [
      'of the site its subject ends with',
      { sites: ['east'] },
      { ...silent, subject: 'model:d@1/quality:crew/site:east' },
      true,
    ],
    ['of another site', { sites: ['east'] }, silent, false],
    ['of its severity', { severities: ['warning'] }, silent, true],
    ['of another severity', { severities: ['critical'] }, silent, false],
    ['of which one part does not hold', { kinds: ['drift'], sites: ['south'] }, drift, false],
  ])('%s', (_what, when, alert, takes) => {
    expect(routesOf([rule(when)], alert).email).toEqual(takes ? ['ops@example.com'] : []);
  });

  it('tells nobody twice, whatever rules name them', () => {
    const rules = [rule({}, ['b@example.com', 'a@example.com']), rule({ kinds: ['drift'] }, ['a@example.com'])];
    expect(routesOf(rules, drift).email).toEqual(['a@example.com', 'b@example.com']);
  });

  it('mails nothing of mails that do not arrive, and tells no webhook that it is dead', () => {
    const all = alertRule.parse({ name: 'r', routes: { email: ['a@example.com'], webhooks: ['wh_1', 'wh_2'] } });
    expect(routesOf([all], { kind: 'mail_dead', subject: 'mail:a@example.com', details: {} })).toEqual({
      email: [],
      webhooks: ['wh_1', 'wh_2'],
    });
    expect(routesOf([all], { kind: 'webhook_dead', subject: 'webhook:wh_1', details: {} }).webhooks).toEqual(['wh_2']);
  });

  it.each([
    'ops@example.com\r\nBcc: all@example.com',
    'ops@example.com\n',
    'ops@example.com, all@example.com',
    'Ops <ops@example.com>',
    '"ops"@example.com',
    'ops@',
    '@example.com',
    'ops@exa mple.com',
    'ops@-example.com',
    `${'x'.repeat(65)}@example.com`,
    'ops@example.com>\r\nRCPT TO:<all@example.com',
  ])('refuses the address %j', (address) => {
    const parsed = alertRule.safeParse({ name: 'r', routes: { email: [address] } });
    expect(parsed.error?.issues[0]?.path.join('.')).toBe('routes.email.0');
  });

  it('refuses to tell nobody', () => {
    expect(alertRule.safeParse({ name: 'r', routes: {} }).error?.issues[0]?.path).toEqual(['routes']);
  });
});
