import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('needs nothing at all', () => {
    expect(readConfig({})).toEqual({
      stateDir: resolve('.plumbline'),
      host: '127.0.0.1',
      httpPort: 8443,
      mqttPort: 8883,
      databaseUrl: `sqlite:${resolve('.plumbline', 'fleet.sqlite')}`,
      brokerUrl: undefined,
      development: false,
      plain: false,
      tlsNames: ['127.0.0.1', 'localhost'],
      ownTls: undefined,
      signerSocket: undefined,
      webhookAllow: [],
      tabletOrigins: [],
      tabletPort: undefined,
      tabletGateways: [],
      mail: undefined,
      identity: undefined,
      auditHead: undefined,
      logLevel: 'info',
      rolloutIntervalMs: 5000,
      retention: { pipelineRuns: 100, batchDays: 90, driftDays: 1100 },
    });
  });

  it('knows the origins of the site app, exactly as a browser writes them', () => {
    const origins = 'https://site.example.com, https://site.example.com:8444,http://127.0.0.1:5173';
    expect(readConfig({ PLUMBLINE_TABLET_ORIGINS: origins }).tabletOrigins).toEqual(origins.split(/, ?/));
  });

  it.each(['https://site.example.com/', 'https://SITE.example.com', 'http://site.example.com', '*', 'null', 'site'])(
    'knows no origin %s',
    (origin) => {
      const read = () => readConfig({ PLUMBLINE_TABLET_ORIGINS: origin });
      expect(read).toThrow(expect.objectContaining({ code: 'config_invalid', field: 'PLUMBLINE_TABLET_ORIGINS' }));
    },
  );

  it.each([
    ['10.1.0.0/16, fd00:1::/32', ['10.1.0.0/16', 'fd00:1::/32']],
    ['192.168.1.4', ['192.168.1.4']],
  ])('lets webhooks point into %s', (text, networks) => {
    expect(readConfig({ PLUMBLINE_WEBHOOK_ALLOW: text }).webhookAllow).toEqual(networks);
  });

  it.each(['10.1.0.0/33', '10.1.0/16', 'everywhere', '::/x'])('knows no network %s', (text) => {
    expect(problemsOf({ PLUMBLINE_WEBHOOK_ALLOW: text })[0]).toMatch(/^PLUMBLINE_WEBHOOK_ALLOW: expected networks/);
  });

  const from = 'plumbline@example.com';
  it.each([
    ['smtp://user:hunter2@mail.example.com:587', from],
    ['smtps://mail.example.com', from],
  ])('mails by %s', (PLUMBLINE_SMTP_URL, PLUMBLINE_MAIL_FROM) => {
    const { mail } = readConfig({ PLUMBLINE_SMTP_URL, PLUMBLINE_MAIL_FROM });
    expect(mail).toEqual({ url: PLUMBLINE_SMTP_URL, from });
  });

  it.each([
    [{ PLUMBLINE_SMTP_URL: 'http://user:hunter2@mail.example.com', PLUMBLINE_MAIL_FROM: from }, 'PLUMBLINE_SMTP_URL'],
    [{ PLUMBLINE_SMTP_URL: 'smtp://user:hunter2@h/?logger=true', PLUMBLINE_MAIL_FROM: from }, 'PLUMBLINE_SMTP_URL'],
    [{ PLUMBLINE_SMTP_URL: 'hunter2', PLUMBLINE_MAIL_FROM: from }, 'PLUMBLINE_SMTP_URL'],
    [{ PLUMBLINE_SMTP_URL: 'smtp://user:hunter2@h' }, 'PLUMBLINE_MAIL_FROM'],
    [
      { PLUMBLINE_SMTP_URL: 'smtp://user:hunter2@h', PLUMBLINE_MAIL_FROM: `${from}\r\nBcc: x@y` },
      'PLUMBLINE_MAIL_FROM',
    ],
  ])('refuses mail of %j, and does not say the password', (environment, field) => {
    const problems = problemsOf(environment as Record<string, string>);
    expect(problems.map((line) => line.split(':')[0])).toEqual([field]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('lists every problem at once', () => {
    const problems = problemsOf({
      PLUMBLINE_HOST: '0.0.0.0',
      PLUMBLINE_HTTP_PORT: '70000',
      PLUMBLINE_MQTT_PORT: 'many',
      PLUMBLINE_BROKER_URL: 'http://broker',
      PLUMBLINE_LOG_LEVEL: 'loud',
      PLUMBLINE_ROLLOUT_INTERVAL_MS: '1',
      PLUMBLINE_KEEP_PIPELINE_RUNS: '0',
      PLUMBLINE_PLAIN: '1',
      PLUMBLINE_TLS_KEY: 'key.pem',
      PLUMBLINE_TLS_NAMES: 'a b',
    });
    expect(problems.map((line) => line.split(':')[0]).toSorted()).toEqual([
      'PLUMBLINE_BROKER_URL',
      'PLUMBLINE_HOST',
      'PLUMBLINE_HTTP_PORT',
      'PLUMBLINE_KEEP_PIPELINE_RUNS',
      'PLUMBLINE_LOG_LEVEL',
      'PLUMBLINE_MQTT_PORT',
      'PLUMBLINE_PLAIN',
      'PLUMBLINE_ROLLOUT_INTERVAL_MS',
      'PLUMBLINE_TLS_CERT',
      'PLUMBLINE_TLS_NAMES.0',
    ]);
  });

  const PLAIN = { PLUMBLINE_DEVELOPMENT: '1', PLUMBLINE_PLAIN: '1', PLUMBLINE_TLS_NAMES: 'fleet.example' };

  it.each(['0.0.0.0', '::', '192.168.1.4', 'fleet.example', '127.0.0.1.example'])(
    'does not let plain text leave this machine on %s',
    (host) => {
      const expected = [expect.stringContaining(`PLUMBLINE_HOST: ${host} is not loopback`)];
      expect(problemsOf({ ...PLAIN, PLUMBLINE_HOST: host })).toEqual(expected);
    },
  );

  it.each(['127.0.0.1', 'localhost', '::1'])('lets plain text be spoken on %s in development', (host) => {
    expect(readConfig({ ...PLAIN, PLUMBLINE_HOST: host }).plain).toBe(true);
  });

  it.each([{}, { PLUMBLINE_DEVELOPMENT: '0' }, { PLUMBLINE_DEVELOPMENT: 'yes' }])(
    'refuses plain text without development: %j',
    (environment) => {
      expect(() => readConfig({ PLUMBLINE_PLAIN: '1', ...environment })).toThrow(
        expect.objectContaining({ code: 'config_invalid' }),
      );
    },
  );

  it('asks by which names devices come when it listens on every address', () => {
    const host = { PLUMBLINE_HOST: '0.0.0.0' };
    expect(problemsOf(host)).toEqual([expect.stringContaining('PLUMBLINE_TLS_NAMES')]);
    const { tlsNames } = readConfig({ ...host, PLUMBLINE_TLS_NAMES: 'fleet.example, 10.0.0.1' });
    expect(tlsNames).toEqual(['fleet.example', '10.0.0.1']);
  });

  it.each([
    ['mqtt://broker.example', true],
    ['ws://broker.example', true],
    ['mqtts://broker.example', false],
    ['mqtt://127.0.0.1:1883', false],
  ])('an external broker at %s: refused %s', (url, refused) => {
    expect(problemsOf({ PLUMBLINE_BROKER_URL: url }).length > 0).toBe(refused);
  });
});
