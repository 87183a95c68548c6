import { ROLES, type Assignment, type IdentityRules, type Role } from '../../platform/access/index.ts';

/** How people sign in by an identity provider. */
export interface IdentitySettings {
  issuer: string;
  clientId: string;
  clientSecret: string | undefined;
  /** On the button: "Sign in with …". */
  name: string;
  scope: string;
  /** Where browsers find the console, when that is not the server's own address: behind a proxy. */
  consoleUrl: string | undefined;
  rules: IdentityRules;
  /** `off`: nobody signs in by a password of this server any more. */
  passwords: 'keep' | 'off';
}

type Environment = Readonly<Record<string, string | undefined>>;

export const IDENTITY_VARIABLES = [
  'PLUMBLINE_OIDC_ISSUER',
  'PLUMBLINE_OIDC_CLIENT_ID',
  'PLUMBLINE_OIDC_CLIENT_SECRET',
  'PLUMBLINE_OIDC_NAME',
  'PLUMBLINE_OIDC_SCOPE',
  'PLUMBLINE_OIDC_CLAIM',
  'PLUMBLINE_OIDC_ROLES',
  'PLUMBLINE_OIDC_NEWCOMERS',
  'PLUMBLINE_OIDC_PASSWORDS',
  'PLUMBLINE_CONSOLE_URL',
] as const;

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** @returns the settings, or none where nobody asks for them; every problem as `VARIABLE: what was expected` */
export function readIdentitySettings(
  environment: Environment,
  { development }: { development: boolean },
): { settings: IdentitySettings | undefined; problems: string[] } {
  const given = (name: (typeof IDENTITY_VARIABLES)[number]) => environment[name] || undefined;
  const issuer = given('PLUMBLINE_OIDC_ISSUER');
  if (issuer === undefined) {
    const without = IDENTITY_VARIABLES.filter((name) => given(name) !== undefined);
    return { settings: undefined, problems: without.map((name) => `${name}: expected PLUMBLINE_OIDC_ISSUER with it`) };
  }
  const problems: string[] = [];
  const clientId = given('PLUMBLINE_OIDC_CLIENT_ID');
  if (clientId === undefined) problems.push('PLUMBLINE_OIDC_CLIENT_ID: expected, beside PLUMBLINE_OIDC_ISSUER');
  if (!isSafeUrl(issuer, development)) problems.push('PLUMBLINE_OIDC_ISSUER: expected https:// without ? and #');
  const consoleUrl = given('PLUMBLINE_CONSOLE_URL');
  if (consoleUrl !== undefined && !isOrigin(consoleUrl, development)) {
    problems.push('PLUMBLINE_CONSOLE_URL: expected https://HOST[:PORT] without a path');
  }
  const [claim = 'groups', mapping] = [given('PLUMBLINE_OIDC_CLAIM'), given('PLUMBLINE_OIDC_ROLES')];
  const roles = mapping === undefined ? undefined : readMapping(mapping);
  if (typeof roles === 'string') problems.push(`PLUMBLINE_OIDC_ROLES: ${roles}`);
  const newcomers = given('PLUMBLINE_OIDC_NEWCOMERS') ?? (mapping === undefined ? 'bound' : 'mapped');
  if (newcomers !== 'mapped' && newcomers !== 'bound') {
    problems.push('PLUMBLINE_OIDC_NEWCOMERS: expected mapped or bound');
  } else if (newcomers === 'mapped' && mapping === undefined) {
    problems.push('PLUMBLINE_OIDC_NEWCOMERS: mapped is by PLUMBLINE_OIDC_ROLES, which is missing');
  }
  const passwords = given('PLUMBLINE_OIDC_PASSWORDS') ?? 'keep';
  if (passwords !== 'keep' && passwords !== 'off') problems.push('PLUMBLINE_OIDC_PASSWORDS: expected keep or off');
  const scope = given('PLUMBLINE_OIDC_SCOPE') ?? 'openid profile';
  if (!scope.split(' ').includes('openid')) problems.push('PLUMBLINE_OIDC_SCOPE: expected openid among the scopes');
  if (problems.length > 0 || clientId === undefined || typeof roles === 'string') {
    return { settings: undefined, problems };
  }
  return {
    problems,
    settings: {
      issuer,
      clientId,
      clientSecret: given('PLUMBLINE_OIDC_CLIENT_SECRET'),
      name: given('PLUMBLINE_OIDC_NAME') ?? new URL(issuer).hostname,
      scope,
      consoleUrl: consoleUrl === undefined ? undefined : new URL(consoleUrl).origin,
      rules: { claim, roles, newcomers: newcomers === 'mapped' ? 'mapped' : 'bound' },
      passwords: passwords === 'off' ? 'off' : 'keep',
    },
  };
}

/** `crew-north=operator@north; boss=admin`: a group may stand there several times. @returns what is wrong, as a text */
function readMapping(text: string): Map<string, Assignment[]> | string {
  const mapping = new Map<string, Assignment[]>();
  for (const entry of text.split(';').map((one) => one.trim())) {
    if (entry === '') continue;
    // Names of groups may hold `=` (as LDAP has them), roles do not.
    const [, group = '', role = '', sites] = /^(.+)=([a-z]+)(?:@([^=]+))?$/.exec(entry) ?? [];
    const named = sites?.split(',').map((site) => site.trim());
    if (!isRole(role) || named?.includes('') === true) {
      return `${JSON.stringify(entry)}: expected GROUP=ROLE or GROUP=ROLE@SITE,SITE with one of ${ROLES.join(', ')}`;
    }
    mapping.set(group.trim(), [...(mapping.get(group.trim()) ?? []), { role, sites: named ?? 'all' }]);
  }
  return mapping.size > 0 ? mapping : 'expected GROUP=ROLE at least once';
}

function isRole(word: string): word is Role {
  return (ROLES as readonly string[]).includes(word);
}

function isSafeUrl(text: string, development: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  if (search !== '' || hash !== '' || username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && development && LOOPBACK.includes(hostname));
}

function isOrigin(text: string, development: boolean): boolean {
  return isSafeUrl(text, development) && new URL(text).pathname === '/';
}
