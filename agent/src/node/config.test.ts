import { describe, expect, it } from 'vitest';
import { configOf, readEnv } from './config.ts';

const problemsOf = (flags: Parameters<typeof configOf>[0]) => {
  try {
    configOf(flags, {});
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the configuration of a gateway', () => {
  it('needs a state folder and nothing else', () => {
    expect(configOf({ state: '/var/lib/plumbline' }, {})).toEqual({
      stateFolder: '/var/lib/plumbline',
      port: 7420,
      clock: { kind: 'real' },
      profile: undefined,
      firstDelayMs: undefined,
      logLevel: 'info',
      proxy: undefined,
      development: false,
      inject: [],
    });
  });

  it('takes the environment, and the command line before it', () => {
    const env = readEnv({
      PLUMBLINE_AGENT_STATE: '/env',
      PLUMBLINE_AGENT_PORT: '1',
      PLUMBLINE_AGENT_LOG_LEVEL: 'warn',
    });
    expect(configOf({ port: '0' }, env)).toMatchObject({ stateFolder: '/env', port: 0, logLevel: 'warn' });
  });

  it('starts a driven clock at a time', () => {
    const flags = { state: 's', clock: 'driven', now: '2026-03-01T07:00:00+01:00' };
    expect(configOf(flags, {}).clock).toEqual({ kind: 'driven', now: Date.UTC(2026, 2, 1, 6) });
  });

  it('goes out through the proxy that a site names', () => {
    const env = readEnv({ HTTPS_PROXY: 'http://proxy.site:3128', no_proxy: 'fleet.lan, ,.example' });
    expect(configOf({ state: 's' }, env).proxy).toEqual({
      url: 'http://proxy.site:3128',
      except: ['fleet.lan', '.example'],
    });
    expect(configOf({ state: 's', proxy: 'http://other:1' }, env).proxy?.url).toBe('http://other:1');
    expect(configOf({ state: 's', proxy: '' }, env).proxy).toBeUndefined();
  });

  it.each(['socks5://proxy:1080', 'https://proxy:443', 'proxy:3128', 'nonsense'])('refuses %s as a proxy', (proxy) => {
    expect(problemsOf({ state: 's', proxy })).toMatchObject({ code: 'config_invalid', field: 'proxy' });
  });

  it('lists every problem at once', () => {
    const error = problemsOf({ port: '70000', clock: 'broken', logLevel: 'loud', profile: 'toaster' });
    expect(error).toMatchObject({ code: 'config_invalid', kind: 'invalid' });
    for (const name of ['state', 'port', 'clock', 'logLevel', 'profile']) {
      expect(error).toHaveProperty('message', expect.stringContaining(`${name}: `));
    }
  });

  it.each([
    ['a driven clock without a time', { clock: 'driven' }, 'now'],
    ['a time without a driven clock', { now: '2026-03-01T06:00:00Z' }, 'now'],
    ['a planted fault outside development', { inject: ['double-send'] }, 'inject'],
  ])('refuses %s', (_what, flags, field) => {
    expect(problemsOf({ state: 's', ...flags })).toMatchObject({ code: 'config_invalid', field });
  });

  it('plants faults in development', () => {
    expect(configOf({ state: 's', development: true, inject: ['skip-fsync'] }, {}).inject).toEqual(['skip-fsync']);
  });
});
