import { profileIds, unsupported } from '@plumbline/firmware-profiles';
import { z } from 'zod';
import { NodeAgentError } from './errors.ts';
import { FAULTS } from './inject.ts';
import { checkLan, lanOf, lanShape, type LanSettings } from './lan/settings.ts';
import type { ProxySettings } from './link/proxy.ts';
import { LOG_LEVELS } from './platform/log.ts';
import type { ServiceSettings } from './platform/service.ts';
import { checkSources, sourceShape, sourcesOf, type SourceSettings } from './sources/settings.ts';

/** What a command line or the environment may say, as text; every setting by its name in the configuration. */
export type RawSettings = Partial<Record<keyof z.input<typeof settings>, unknown>>;

const FIXED_PORT = 7420;

const settings = z
  .object({
    state: z.string('expected a folder: --state DIR or PLUMBLINE_AGENT_STATE').min(1, 'expected a folder'),
    port: z.coerce.number('expected 0–65535').int('expected 0–65535').min(0).max(65_535).default(FIXED_PORT),
    clock: z.enum(['real', 'driven']).default('real'),
    now: z.iso.datetime({ offset: true, error: 'expected a time such as 2026-03-01T06:00:00Z' }).optional(),
    firstDelayMs: z.coerce.number('expected milliseconds').int().nonnegative('expected milliseconds').optional(),
    profile: z
      .string()
      // Of a class that cannot be supported the reason is said where it is resolved.
      .refine(
        (id) => profileIds.includes(id) || unsupported.some((one) => one.id === id),
        `expected one of ${profileIds.join(', ')}`,
      )
      .optional(),
    logLevel: z.enum(LOG_LEVELS).default('info'),
    proxy: z.string().refine(isProxyUrl, 'expected http://[user:password@]host:port, or nothing for none').optional(),
    noProxy: z.string().default(''),
    development: z.boolean().default(false),
    notifySocket: z.string().min(1).optional(),
    watchdogUs: z.coerce.number('expected microseconds').positive('expected microseconds').optional(),
    inject: z.array(z.enum(FAULTS)).default([]),
    ...lanShape,
    ...sourceShape,
  })
  .superRefine(({ clock, now, inject, development, ...others }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (clock === 'driven' && now === undefined) refuse('now', 'a driven clock needs a time to start at: --now');
    if (clock === 'real' && now !== undefined) refuse('now', 'only a driven clock is told the time: --clock driven');
    if (inject.length > 0 && !development) refuse('inject', 'faults are planted with --development only');
    checkLan(others, refuse);
    checkSources(others, refuse);
  });

export interface NodeConfig extends SourceSettings {
  stateFolder: string;
  /** 0: any free one. Always on loopback. */
  port: number;
  /** The same API for the site network, beside loopback. */
  lan: LanSettings | undefined;
  /** Driven: the time it starts at, ms. */
  clock: { kind: 'real' } | { kind: 'driven'; now: number };
  /** Firmware profile; undefined: the one of the enrolment. */
  profile: string | undefined;
  firstDelayMs: number | undefined;
  logLevel: (typeof LOG_LEVELS)[number];
  /** The way out of the site; undefined: straight. */
  proxy: ProxySettings | undefined;
  /** Allows what must not run on a site: plain addresses on loopback, planted faults. */
  development: boolean;
  inject: readonly (typeof FAULTS)[number][];
  /** Set when systemd started this process and wants to hear of it. */
  service: ServiceSettings | undefined;
}

/** The environment's part; nothing else reads the environment. */
export function readEnv(env: Readonly<Record<string, string | undefined>> = process.env): RawSettings {
  return withoutUndefined({
    state: env['PLUMBLINE_AGENT_STATE'],
    port: env['PLUMBLINE_AGENT_PORT'],
    profile: env['PLUMBLINE_AGENT_PROFILE'],
    firstDelayMs: env['PLUMBLINE_AGENT_FIRST_DELAY_MS'],
    logLevel: env['PLUMBLINE_AGENT_LOG_LEVEL'],
    listen: env['PLUMBLINE_AGENT_LISTEN'],
    tlsCert: env['PLUMBLINE_AGENT_TLS_CERT'],
    tlsKey: env['PLUMBLINE_AGENT_TLS_KEY'],
    tokenFile: env['PLUMBLINE_AGENT_TOKEN_FILE'],
    allowOrigin: env['PLUMBLINE_AGENT_ALLOW_ORIGIN'],
    dropFolder: env['PLUMBLINE_AGENT_DROP_FOLDER'],
    sourceMqtt: env['PLUMBLINE_AGENT_SOURCE_MQTT'],
    sourceTopic: env['PLUMBLINE_AGENT_SOURCE_TOPIC'],
    resultTopic: env['PLUMBLINE_AGENT_RESULT_TOPIC'],
    sourceErrorTopic: env['PLUMBLINE_AGENT_SOURCE_ERROR_TOPIC'],
    sourceCredentials: env['PLUMBLINE_AGENT_SOURCE_CREDENTIALS'],
    sourceCa: env['PLUMBLINE_AGENT_SOURCE_CA'],
    sourceLine: env['PLUMBLINE_AGENT_SOURCE_LINE'],
    sourceReasons: env['PLUMBLINE_AGENT_SOURCE_REASONS'],
    proxy: env['HTTPS_PROXY'] ?? env['https_proxy'],
    noProxy: env['NO_PROXY'] ?? env['no_proxy'],
    notifySocket: env['NOTIFY_SOCKET'],
    // Of another process, one that started us by a shell, it is none of ours.
    watchdogUs: [undefined, String(process.pid)].includes(env['WATCHDOG_PID']) ? env['WATCHDOG_USEC'] : undefined,
  });
}

/**
 * The command line goes before the environment.
 * @throws NodeAgentError `config_invalid`, listing every problem at once
 */
export function configOf(flags: RawSettings, env: RawSettings = readEnv()): NodeConfig {
  const parsed = settings.safeParse({ ...env, ...withoutUndefined(flags) });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new NodeAgentError('config_invalid', problems.join('\n'), {
      field: [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))].join(', '),
    });
  }
  const { state, port, clock, now, profile, firstDelayMs, logLevel, proxy, noProxy, development, inject, watchdogUs } =
    parsed.data;
  const { loopbackPort, lan } = lanOf(parsed.data);
  return {
    stateFolder: state,
    port: loopbackPort ?? port,
    lan,
    ...sourcesOf(parsed.data),
    clock: clock === 'driven' && now !== undefined ? { kind: 'driven', now: Date.parse(now) } : { kind: 'real' },
    profile,
    firstDelayMs,
    logLevel,
    proxy: proxy ? { url: proxy, except: noProxy.split(',').filter((entry) => entry.trim() !== '') } : undefined,
    development,
    inject,
    service:
      parsed.data.notifySocket === undefined
        ? undefined
        : {
            notifySocket: parsed.data.notifySocket,
            watchdogMs: watchdogUs === undefined ? undefined : watchdogUs / 1000,
          },
  };
}

/** Nothing at all switches off a proxy that the environment names. */
function isProxyUrl(text: string): boolean {
  return text === '' || (URL.canParse(text) && new URL(text).protocol === 'http:' && new URL(text).hostname !== '');
}

function withoutUndefined(values: RawSettings): RawSettings {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
