import { describe, expect, it } from 'vitest';
import { readIdentitySettings } from './settings.ts';

const ISSUER = { PLUMBLINE_OIDC_ISSUER: 'https://id.example/realms/site', PLUMBLINE_OIDC_CLIENT_ID: 'plumbline' };
const read = (environment: Record<string, string>, development = false) =>
  readIdentitySettings(environment, { development });

describe('the settings of an identity provider', () => {
  it('are none where none is named', () => {
    expect(read({})).toEqual({ settings: undefined, problems: [] });
  });

  it('leave roles to the people here, and let nobody in by themselves, unless groups are named', () => {
    expect(read(ISSUER).settings).toMatchObject({
      name: 'id.example',
      scope: 'openid profile',
      rules: { claim: 'groups', roles: undefined, newcomers: 'bound' },
      passwords: 'keep',
    });
  });

  it('map groups to roles, also those whose names look like LDAP', () => {
    const PLUMBLINE_OIDC_ROLES = 'crew=operator@north, south; crew=viewer;cn=boss,dc=example=admin;';
    const { settings } = read({ ...ISSUER, PLUMBLINE_OIDC_ROLES });
    expect(settings?.rules.newcomers).toBe('mapped');
    expect([...(settings?.rules.roles ?? [])]).toEqual([
      [
        'crew',
        [
          { role: 'operator', sites: ['north', 'south'] },
          { role: 'viewer', sites: 'all' },
        ],
      ],
      ['cn=boss,dc=example', [{ role: 'admin', sites: 'all' }]],
    ]);
  });

  it.each([
    [{ PLUMBLINE_OIDC_CLIENT_ID: 'x' }, 'PLUMBLINE_OIDC_CLIENT_ID'],
    [{ PLUMBLINE_OIDC_ISSUER: 'https://id.example' }, 'PLUMBLINE_OIDC_CLIENT_ID'],
    [{ ...ISSUER, PLUMBLINE_OIDC_ISSUER: 'http://id.example' }, 'PLUMBLINE_OIDC_ISSUER'],
    [{ ...ISSUER, PLUMBLINE_OIDC_ISSUER: 'http://127.0.0.1:9' }, 'PLUMBLINE_OIDC_ISSUER'],
    [{ ...ISSUER, PLUMBLINE_OIDC_ISSUER: 'https://id.example/?x' }, 'PLUMBLINE_OIDC_ISSUER'],
    [{ ...ISSUER, PLUMBLINE_CONSOLE_URL: 'https://fleet.example/path' }, 'PLUMBLINE_CONSOLE_URL'],
    [{ ...ISSUER, PLUMBLINE_OIDC_ROLES: 'crew=captain' }, 'PLUMBLINE_OIDC_ROLES'],
    [{ ...ISSUER, PLUMBLINE_OIDC_ROLES: 'crew=viewer@' }, 'PLUMBLINE_OIDC_ROLES'],
    [{ ...ISSUER, PLUMBLINE_OIDC_ROLES: ' ; ' }, 'PLUMBLINE_OIDC_ROLES'],
    [{ ...ISSUER, PLUMBLINE_OIDC_NEWCOMERS: 'mapped' }, 'PLUMBLINE_OIDC_NEWCOMERS'],
    [{ ...ISSUER, PLUMBLINE_OIDC_NEWCOMERS: 'all' }, 'PLUMBLINE_OIDC_NEWCOMERS'],
    [{ ...ISSUER, PLUMBLINE_OIDC_PASSWORDS: 'no' }, 'PLUMBLINE_OIDC_PASSWORDS'],
    [{ ...ISSUER, PLUMBLINE_OIDC_SCOPE: 'profile' }, 'PLUMBLINE_OIDC_SCOPE'],
  ])('%j is refused by name', (environment, name) => {
    const { settings, problems } = read(environment);
    expect(settings).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: `));
  });

  it('take plain HTTP from this machine in development alone', () => {
    const loopback = { ...ISSUER, PLUMBLINE_OIDC_ISSUER: 'http://127.0.0.1:9' };
    expect(read(loopback, true).problems).toEqual([]);
    expect(read({ ...loopback, PLUMBLINE_OIDC_ISSUER: 'http://id.example' }, true).problems).toHaveLength(1);
  });
});
