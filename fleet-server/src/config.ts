import { resolve } from 'node:path';
import { z } from 'zod';
import { CodedError } from '@plumbline/shared/errors';
import { DEFAULT_RETENTION, type Retention } from './entry/retention.ts';
import { readHeadPlace, type HeadPlace } from './entry/audit-head/index.ts';
import { readIdentitySettings, type IdentitySettings } from './entry/identity/index.ts';
import { isMailAddress, problemOfSmtpUrl, type MailSettings } from './entry/mail/settings.ts';
import { blockListOf } from './entry/webhooks/receiver/receiver-rules.ts';

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
  /** `sqlite:PATH` or `postgres://…`; SQLite in the state folder when absent. */
  databaseUrl: string;
  /** An external broker instead of the embedded one. */
  brokerUrl: string | undefined;
  /** Keys made on the spot: never for a real fleet. */
  development: boolean;
  /** HTTP and MQTT without TLS, on loopback: for development alone. */
  plain: boolean;
  /** Names and addresses by which devices come; the first one stands in the URLs they are given. */
  tlsNames: string[];
  /** Certificate by a public authority for the console's own name, as files. */
  ownTls: { certificate: string; key: string } | undefined;
  /** Socket of a signer that somebody else runs; without it the server starts one as its child. */
  signerSocket: string | undefined;
  /** Networks that are not public and that webhooks may point into all the same, as CIDR. */
  webhookAllow: string[];
  /** Port of the site app, an origin of its own; 0 takes a free one, without one it is not served here. */
  tabletPort: number | undefined;
  /** Gateways of sites that tablets may fetch models from, as origins. */
  tabletGateways: string[];
  /** Where the site app is served from, exactly: its pages may enrol, renew and connect. */
  tabletOrigins: string[];
  /** How alerts are mailed; without it none are. The URL holds a password. */
  mail: MailSettings | undefined;
  /** The identity provider by which people sign in; without it they have passwords here. */
  identity: IdentitySettings | undefined;
  /** Where heads of the audit are kept outside of this server. */
  auditHead: HeadPlace | undefined;
  logLevel: string;
  /** How often running rollouts are looked at; ms. */
  rolloutIntervalMs: number;
  /** How much of what is over is kept. */
  retention: Retention;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];
const EVERYWHERE = ['0.0.0.0', '::'];
const port = z.coerce.number().int().min(0).max(65_535);

const TABLET_ORIGINS = 'expected origins such as https://site.example.com, separated by commas';

const settings = z.object({
  PLUMBLINE_STATE: z.string().min(1).default('.plumbline'),
  PLUMBLINE_HOST: z.string().min(1).default('127.0.0.1'),
  PLUMBLINE_HTTP_PORT: port.default(8443),
  PLUMBLINE_MQTT_PORT: port.default(8883),
  PLUMBLINE_DATABASE_URL: z.string().optional(),
  PLUMBLINE_BROKER_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, 'expected mqtt://, mqtts://, ws:// or wss://')
    .optional(),
  PLUMBLINE_DEVELOPMENT: z.enum(['0', '1']).default('0'),
  PLUMBLINE_PLAIN: z.enum(['0', '1']).default('0'),
  PLUMBLINE_TLS_NAMES: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(
      z.array(z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'expected names or addresses, separated by commas')).min(1),
    )
    .optional(),
  PLUMBLINE_TLS_CERT: z.string().min(1).optional(),
  PLUMBLINE_TLS_KEY: z.string().min(1).optional(),
  PLUMBLINE_SIGNER_SOCKET: z.string().min(1).optional(),
  PLUMBLINE_WEBHOOK_ALLOW: z
    .string()
    .default('')
    .transform(listed)
    .refine(areNetworks, 'expected networks such as 10.1.0.0/16, separated by commas'),
  PLUMBLINE_TABLET_PORT: port.optional(),
  PLUMBLINE_TABLET_GATEWAYS: z.string().default('').transform(listed).refine(areOrigins, TABLET_ORIGINS),
  PLUMBLINE_TABLET_ORIGINS: z.string().default('').transform(listed).refine(areOrigins, TABLET_ORIGINS),
  PLUMBLINE_SMTP_URL: z.string().optional(),
  PLUMBLINE_MAIL_FROM: z
    .string()
    .refine(isMailAddress, 'expected one address such as plumbline@example.com')
    .optional(),
  PLUMBLINE_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  PLUMBLINE_ROLLOUT_INTERVAL_MS: z.coerce.number().int().min(50).default(5000),
  PLUMBLINE_KEEP_PIPELINE_RUNS: z.coerce.number().int().min(1).max(100_000).default(DEFAULT_RETENTION.pipelineRuns),
  PLUMBLINE_KEEP_BATCH_DAYS: z.coerce.number().int().min(1).max(36_500).default(DEFAULT_RETENTION.batchDays),
  // Windows may be two years late: for longer than that it must be known which were counted.
  PLUMBLINE_KEEP_DRIFT_DAYS: z.coerce.number().int().min(740).max(36_500).default(DEFAULT_RETENTION.driftDays),
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
  const plain = environment['PLUMBLINE_PLAIN'] === '1';
  if (plain && !development)
    problems.push('PLUMBLINE_PLAIN: plain text is for development: expected TLS, or PLUMBLINE_DEVELOPMENT=1');
  if (plain && !LOOPBACK.includes(host))
    problems.push(`PLUMBLINE_HOST: ${host} is not loopback — plain text stays on this machine`);
  if (EVERYWHERE.includes(host) && environment['PLUMBLINE_TLS_NAMES'] === undefined)
    problems.push('PLUMBLINE_TLS_NAMES: expected the names by which devices come, because the host is every address');
  if (isPlainAfar(environment['PLUMBLINE_BROKER_URL']))
    problems.push('PLUMBLINE_BROKER_URL: plain text leaves this machine: expected mqtts:// or wss://');
  const [certificate, key] = [environment['PLUMBLINE_TLS_CERT'], environment['PLUMBLINE_TLS_KEY']];
  if ((certificate === undefined) !== (key === undefined))
    problems.push('PLUMBLINE_TLS_CERT: expected together with PLUMBLINE_TLS_KEY, or neither');
  const [smtpUrl, mailFrom] = [environment['PLUMBLINE_SMTP_URL'], environment['PLUMBLINE_MAIL_FROM']];
  const wrongUrl = smtpUrl === undefined ? undefined : problemOfSmtpUrl(smtpUrl);
  if (wrongUrl !== undefined) problems.push(`PLUMBLINE_SMTP_URL: ${wrongUrl}`);
  if ((smtpUrl === undefined) !== (mailFrom === undefined))
    problems.push('PLUMBLINE_MAIL_FROM: expected together with PLUMBLINE_SMTP_URL, or neither');
  const identity = readIdentitySettings(environment, { development });
  const auditHead = readHeadPlace(environment, { development });
  problems.push(...identity.problems, ...auditHead.problems);
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
    databaseUrl: values.PLUMBLINE_DATABASE_URL ?? `sqlite:${resolve(stateDir, 'fleet.sqlite')}`,
    brokerUrl: values.PLUMBLINE_BROKER_URL,
    development,
    plain,
    tlsNames: values.PLUMBLINE_TLS_NAMES ?? [...new Set([host, '127.0.0.1', 'localhost'])],
    ownTls: certificate !== undefined && key !== undefined ? { certificate, key } : undefined,
    signerSocket: values.PLUMBLINE_SIGNER_SOCKET,
    webhookAllow: values.PLUMBLINE_WEBHOOK_ALLOW,
    tabletPort: values.PLUMBLINE_TABLET_PORT,
    tabletGateways: values.PLUMBLINE_TABLET_GATEWAYS,
    tabletOrigins: values.PLUMBLINE_TABLET_ORIGINS,
    mail: smtpUrl !== undefined && mailFrom !== undefined ? { url: smtpUrl, from: mailFrom } : undefined,
    identity: identity.settings,
    auditHead: auditHead.place,
    logLevel: values.PLUMBLINE_LOG_LEVEL,
    rolloutIntervalMs: values.PLUMBLINE_ROLLOUT_INTERVAL_MS,
    retention: {
      pipelineRuns: values.PLUMBLINE_KEEP_PIPELINE_RUNS,
      batchDays: values.PLUMBLINE_KEEP_BATCH_DAYS,
      driftDays: values.PLUMBLINE_KEEP_DRIFT_DAYS,
    },
  };
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** As a browser writes them: no path, and TLS or this very machine, where browsers keep keys and storage too. */
function areOrigins(origins: readonly string[]): boolean {
  return origins.every((one) => {
    if (!URL.canParse(one)) return false;
    const { origin, protocol, hostname } = new URL(one);
    return origin === one && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname)));
  });
}

function areNetworks(networks: readonly string[]): boolean {
  try {
    blockListOf(networks);
    return true;
  } catch {
    return false;
  }
}

function isPlainAfar(brokerUrl: string | undefined): boolean {
  if (brokerUrl === undefined || !URL.canParse(brokerUrl)) return false;
  const { protocol, hostname } = new URL(brokerUrl);
  return (protocol === 'mqtt:' || protocol === 'ws:') && !LOOPBACK.includes(hostname);
}
