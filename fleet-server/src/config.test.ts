import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const DEVELOPMENT = { PLUMBLINE_DEVELOPMENT: '1' };

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
  it('needs nothing but the word that this is development', () => {
    expect(readConfig(DEVELOPMENT)).toEqual({
      stateDir: resolve('.plumbline'),
      host: '127.0.0.1',
      httpPort: 8443,
      mqttPort: 8883,
      webSocketPort: 8884,
      databaseUrl: `sqlite:${resolve('.plumbline', 'fleet.sqlite')}`,
      brokerUrl: undefined,
      development: true,
      logLevel: 'info',
      rolloutIntervalMs: 5000,
    });
  });

  it('lists every problem at once', () => {
    const problems = problemsOf({
      PLUMBLINE_HOST: '0.0.0.0',
      PLUMBLINE_HTTP_PORT: '70000',
      PLUMBLINE_MQTT_PORT: 'many',
      PLUMBLINE_BROKER_URL: 'http://broker',
      PLUMBLINE_LOG_LEVEL: 'loud',
      PLUMBLINE_ROLLOUT_INTERVAL_MS: '1',
    });
    expect(problems.map((line) => line.split(':')[0]).toSorted()).toEqual([
      'PLUMBLINE_BROKER_URL',
      'PLUMBLINE_DEVELOPMENT',
      'PLUMBLINE_HOST',
      'PLUMBLINE_HTTP_PORT',
      'PLUMBLINE_LOG_LEVEL',
      'PLUMBLINE_MQTT_PORT',
      'PLUMBLINE_ROLLOUT_INTERVAL_MS',
    ]);
  });

  it.each(['0.0.0.0', '::', '192.168.1.4', 'fleet.example', '127.0.0.1.example'])(
    'does not let plain text leave this machine on %s',
    (host) => {
      expect(problemsOf({ ...DEVELOPMENT, PLUMBLINE_HOST: host })).toEqual([
        expect.stringContaining(`PLUMBLINE_HOST: ${host} is not loopback`),
      ]);
    },
  );

  it.each(['127.0.0.1', 'localhost', '::1'])('takes %s', (host) => {
    expect(readConfig({ ...DEVELOPMENT, PLUMBLINE_HOST: host }).host).toBe(host);
  });

  it.each([{}, { PLUMBLINE_DEVELOPMENT: '0' }, { PLUMBLINE_DEVELOPMENT: 'yes' }])(
    'is refused without development: %j',
    (environment) => {
      expect(() => readConfig(environment)).toThrow(
        expect.objectContaining({ code: 'config_invalid', field: 'PLUMBLINE_DEVELOPMENT' }),
      );
    },
  );
});
