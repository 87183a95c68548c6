import { resolve } from 'node:path';
import { z } from 'zod';
import { CodedError } from '@plumbline/shared/errors';

export class ConfigError extends CodedError<'config_invalid'> {
  override readonly name = 'ConfigError';
}

export interface ServerConfig {
  /** Databases, artifacts, keys and the operator's token live below this folder. */
  stateDir: string;
  host: string;
  /** 0 takes a free port. */
  httpPort: number;
  mqttPort: number;
  webSocketPort: number;
  /** `sqlite:PATH` or `postgres://…`; SQLite in the state folder when absent. */
  databaseUrl: string;
  /** An external broker instead of the embedded one. */
  brokerUrl: string | undefined;
  /** Plain text on loopback and keys made on the spot: never for a real fleet. */
  development: boolean;
  logLevel: string;
  /** How often running rollouts are looked at; ms. */
  rolloutIntervalMs: number;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];
const port = z.coerce.number().int().min(0).max(65_535);

const settings = z.object({
  PLUMBLINE_STATE: z.string().min(1).default('.plumbline'),
  PLUMBLINE_HOST: z.string().min(1).default('127.0.0.1'),
  PLUMBLINE_HTTP_PORT: port.default(8443),
  PLUMBLINE_MQTT_PORT: port.default(8883),
  PLUMBLINE_WS_PORT: port.default(8884),
  PLUMBLINE_DATABASE_URL: z.string().optional(),
  PLUMBLINE_BROKER_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, 'expected mqtt://, mqtts://, ws:// or wss://')
    .optional(),
  PLUMBLINE_DEVELOPMENT: z.enum(['0', '1']).default('0'),
  PLUMBLINE_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  PLUMBLINE_ROLLOUT_INTERVAL_MS: z.coerce.number().int().min(50).default(5000),
});

/**
 * Environment → configuration; nothing else of the server reads the environment. Every problem is listed at once.
 * @throws ConfigError `config_invalid`
 */
export function readConfig(environment: Record<string, string | undefined>): ServerConfig {
  const parsed = settings.safeParse(environment);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const host = environment['PLUMBLINE_HOST'] ?? '127.0.0.1';
  const development = environment['PLUMBLINE_DEVELOPMENT'] === '1';
  if (!development) problems.push('PLUMBLINE_DEVELOPMENT: expected 1 — TLS is not built yet, so only development runs');
  if (!LOOPBACK.includes(host))
    problems.push(`PLUMBLINE_HOST: ${host} is not loopback — plain text stays on this machine`);
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError('config_invalid', problems.join('\n'), {
      field: problems[0]?.split(':')[0] ?? 'environment',
      expected: 'the settings listed by `plumbline server --help`',
    });
  }
  const values = parsed.data;
  const stateDir = resolve(values.PLUMBLINE_STATE);
  return {
    stateDir,
    host,
    httpPort: values.PLUMBLINE_HTTP_PORT,
    mqttPort: values.PLUMBLINE_MQTT_PORT,
    webSocketPort: values.PLUMBLINE_WS_PORT,
    databaseUrl: values.PLUMBLINE_DATABASE_URL ?? `sqlite:${resolve(stateDir, 'fleet.sqlite')}`,
    brokerUrl: values.PLUMBLINE_BROKER_URL,
    development,
    logLevel: values.PLUMBLINE_LOG_LEVEL,
    rolloutIntervalMs: values.PLUMBLINE_ROLLOUT_INTERVAL_MS,
  };
}
