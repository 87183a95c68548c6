import { join } from 'node:path';
import { serve, type ServerType } from '@hono/node-server';
import { pino, type Logger } from 'pino';
import { createProcessTrial } from '@plumbline/agent/trial';
import { codeOf } from '@plumbline/shared/errors';
import type { Clock } from '@plumbline/shared/ports';
import type { ServerConfig } from './config.ts';
import { advanceRollouts } from './delivery/rollouts/index.ts';
import type { Fleet } from './entry/fleet.ts';
import { createHttpApp, HttpError } from './entry/http/index.ts';
import { attachMqtt, brokerPolicy, type Faults, type MqttEdge } from './entry/mqtt/index.ts';
import { createIngest } from './insight/telemetry/index.ts';
import {
  connectExternalBroker,
  createAedesBroker,
  openArtifactFiles,
  systemClock,
  systemRandom,
  type AedesBroker,
} from './platform/adapters/index.ts';
import { openDatabase } from './platform/db/index.ts';
import { createDispatcher } from './platform/outbox/index.ts';
import type { Broker } from './platform/ports/index.ts';
import { prepareStateFolder, removeAddress, writeAddress } from './state-folder.ts';
import { makeDevelopmentKeys, readServerKeys } from './supply/keys/index.ts';

export interface Overrides {
  clock?: Clock;
  log?: Logger;
  faults?: Faults;
  /** False: rollouts move only when `advance` is called, so that a test or a replay orders everything. */
  advanceByTimer?: boolean;
}

export interface FleetServer {
  fleet: Fleet;
  mqtt: MqttEdge;
  url: string;
  mqttUrl: string;
  webSocketUrl: string;
  /** Cuts the embedded broker off the network, and puts it back on the same ports. */
  cutBroker(): Promise<void>;
  restoreBroker(): Promise<void>;
  /** Looks at every running rollout once, and waits until what follows from it was sent. */
  advance(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Puts the rooms together. The only place that knows adapters.
 * @throws coded errors of its parts: `port_busy`, `state_unwritable`, `db_unavailable`, `keys_missing` …
 */
export async function createFleetServer(config: ServerConfig, overrides: Overrides = {}): Promise<FleetServer> {
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? pino({ level: config.logLevel }, pino.destination(2));
  const closers: (() => Promise<unknown>)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).toReversed()) {
      await close().catch((error: unknown) => log.error({ code: codeOf(error), err: error }, 'closing failed'));
    }
  };
  try {
    const { operatorToken } = await prepareStateFolder(config.stateDir);
    const keysFolder = join(config.stateDir, 'keys');
    if (config.development) await makeDevelopmentKeys(keysFolder, clock.now());
    const keys = await readServerKeys(keysFolder);
    const database = await openDatabase({ url: config.databaseUrl, clock });
    closers.push(() => database.close());
    const artifacts = await openArtifactFiles(join(config.stateDir, 'artifacts'));
    const trial = createProcessTrial();
    closers.push(() => trial.close());
    const dispatcher = createDispatcher({ database, clock });
    const ingest = createIngest({ database, now: clock.now });
    const { broker, embedded } = await openBroker(config, { database, now: clock.now, log }, clock);
    closers.push(() => broker.close());
    const ports = embedded?.ports();
    const fleet: Fleet = {
      database,
      artifacts,
      keys,
      trial,
      broker,
      dispatcher,
      ingest,
      clock,
      now: clock.now,
      log,
      publicUrl: '',
      mqttUrl: config.brokerUrl ?? `mqtt://${config.host}:${ports?.tcp}`,
      operatorToken,
    };
    const http = await listen(createHttpApp(fleet), config);
    closers.push(() => new Promise((resolve) => http.server.close(resolve)));
    fleet.publicUrl = http.url;
    const mqtt = attachMqtt(fleet, overrides.faults);
    await dispatcher.start();
    closers.push(
      () => dispatcher.stop(),
      () => ingest.close(),
      () => mqtt.idle(),
    );
    await mqtt.republish();

    const rollouts = { database, director: keys.director, now: clock.now };
    const advance = async () => {
      await advanceRollouts(rollouts);
      await dispatcher.settled();
    };
    if (overrides.advanceByTimer !== false) closers.push(every(config.rolloutIntervalMs, advance, log));
    await writeAddress(config.stateDir, { url: http.url, mqttUrl: fleet.mqttUrl, pid: process.pid });
    closers.push(() => removeAddress(config.stateDir));

    return {
      fleet,
      mqtt,
      url: http.url,
      mqttUrl: fleet.mqttUrl,
      webSocketUrl: `ws://${config.host}:${ports?.webSocket}`,
      cutBroker: async () => embedded?.stop(),
      restoreBroker: async () => embedded?.start(),
      advance,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openBroker(
  config: ServerConfig,
  deps: Pick<Fleet, 'database' | 'now' | 'log'>,
  clock: Clock,
): Promise<{ broker: Broker; embedded: AedesBroker | undefined }> {
  const onError = (error: Error) => deps.log.warn({ reason: error.message }, 'broker');
  if (config.brokerUrl !== undefined) {
    const options = { url: config.brokerUrl, clientId: 'plumbline-server', clock, random: systemRandom, onError };
    return { broker: await connectExternalBroker(options), embedded: undefined };
  }
  const embedded = await createAedesBroker({
    tcp: { host: config.host, port: config.mqttPort },
    webSocket: { host: config.host, port: config.webSocketPort },
    policy: brokerPolicy(deps),
    onError: (error, clientId) => deps.log.info({ reason: error.message, clientId }, 'connection closed by the broker'),
  });
  return { broker: embedded, embedded };
}

function listen(app: { fetch: (request: Request) => Response | Promise<Response> }, config: ServerConfig) {
  return new Promise<{ url: string; server: ServerType }>((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: config.host, port: config.httpPort }, (info) =>
      resolve({ url: `http://${config.host}:${info.port}`, server }),
    );
    server.on('error', (cause: Error & { code?: string }) => {
      const busy = cause.code === 'EADDRINUSE';
      reject(
        new HttpError(busy ? 'port_busy' : 'listen_failed', `${config.host}:${config.httpPort}: ${cause.message}`, {
          kind: 'unavailable',
          field: 'PLUMBLINE_HTTP_PORT',
          expected: 'a free port',
          cause,
        }),
      );
    });
  });
}

/** Runs a task again and again, never twice at once; a failure is logged and the next turn comes. */
function every(intervalMs: number, task: () => Promise<void>, log: Logger): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = task()
      .catch((error: unknown) => log.error({ code: codeOf(error), err: error }, 'rollouts could not be looked at'))
      .finally(() => {
        busy = false;
      });
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
