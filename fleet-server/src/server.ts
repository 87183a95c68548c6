import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { codeOf } from '@plumbline/shared/errors';
import type { Clock } from '@plumbline/shared/ports';
import type { ServerConfig } from './config.ts';
import { advanceRollouts, versionsInUse } from './delivery/rollouts/index.ts';
import type { Fleet, SignInBy } from './entry/fleet.ts';
import { followGroups } from './entry/follow-groups.ts';
import { followLifecycle } from './entry/follow-lifecycle.ts';
import { keptEvidence } from './entry/kept-evidence.ts';
import { createHeadKeeper } from './entry/audit-head/index.ts';
import { createUpkeep } from './entry/upkeep.ts';
import { createHttpApp, takesOrigin } from './entry/http/index.ts';
import {
  createSecureContextSource,
  listenWeb,
  openTabletDoor,
  type SecureContextSource,
} from './entry/listeners/index.ts';
import {
  attachMqtt,
  brokerPolicy,
  createGuard,
  PRODUCTION_LIMITS,
  watchTrespass,
  type Faults,
  type MqttEdge,
} from './entry/mqtt/index.ts';
import { startMail } from './entry/mail/index.ts';
import { createEventFeed, startOutward } from './entry/webhooks/index.ts';
import { stopOrphans } from './learning/experiments/index.ts';
import { watchAlerts } from './insight/alerts/index.ts';
import { watchDrift } from './insight/drift/index.ts';
import { createIngest } from './insight/telemetry/index.ts';
import { forgetConnections } from './sites/devices/index.ts';
import { createPipelineRunner, watchPipelines } from './learning/pipelines/index.ts';
import { createRetrainer, whyWithheld } from './learning/retraining/index.ts';
import { createBatchRunner } from './learning/scoring/index.ts';
import {
  connectExternalBroker,
  createAedesBroker,
  createModelLab,
  createOpenIdProvider,
  openArtifactFiles,
  systemClock,
  systemRandom,
  type AedesBroker,
  type JudgeClient,
} from './platform/adapters/index.ts';
import { openDatabase, type Database } from './platform/db/index.ts';
import { createDispatcher } from './platform/outbox/index.ts';
import type { Broker } from './platform/ports/index.ts';
import { prepareStateFolder, removeAddress, writeAddress } from './state-folder.ts';
import { connectDesk, makeDevelopmentKeys, socketPathOf, startSigner, type Desk } from './supply/keys/index.ts';
import { fleetInForce, importRepository } from './supply/repository/index.ts';

const WEB_SOCKET_PATH = '/mqtt';

export interface Overrides {
  clock?: Clock;
  log?: Logger;
  faults?: Faults;
  /** The online keys in this process instead of the signer's: for tests that start many servers. */
  openDesk?: (keysFolder: string) => Promise<Desk>;
  /** False: rollouts move and metadata are renewed only when `advance` is called, so that a test or a replay orders everything. */
  advanceByTimer?: boolean;
}

export interface FleetServer {
  fleet: Fleet;
  mqtt: MqttEdge;
  url: string;
  /** Where the site app is opened; undefined where it is not served. */
  tabletUrl: string | undefined;
  mqttUrl: string;
  /** Authority of the server's certificate; absent where it speaks plain text. */
  caPem: string | undefined;
  /** Cuts the embedded broker off the network, and puts it back on the same ports. */
  cutBroker(): Promise<void>;
  restoreBroker(): Promise<void>;
  /** Signs again what is due, looks at every running rollout once, and waits until what follows from it was sent. */
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
  const closers: (() => Promise<unknown> | void)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).toReversed()) {
      await Promise.resolve(close()).catch((error: unknown) =>
        log.error({ code: codeOf(error), err: error }, 'closing failed'),
      );
    }
  };
  try {
    const { operatorToken, auditKey } = await prepareStateFolder(config.stateDir);
    const keysFolder = join(config.stateDir, 'keys');
    if (config.development) await makeDevelopmentKeys(keysFolder, clock.now());
    const desk = await openDeskOf(config, keysFolder, overrides);
    closers.push(() => desk.close());
    const database = await openDatabase({ url: config.databaseUrl, clock });
    closers.push(() => database.close());
    await importRepository({ database, desk, now: clock.now }, 'system', keysFolder);
    await stopOrphans({ database, now: clock.now });
    const artifacts = await openArtifactFiles(join(config.stateDir, 'artifacts'));
    const lab = createModelLab();
    closers.push(() => lab.close());
    const dispatcher = createDispatcher({ database, clock });
    const ingest = createIngest({ database, now: clock.now });
    const secure = config.plain ? undefined : await openTls(config, desk, log);
    closers.push(() => secure?.close());
    // An external broker tells births and deaths again; the embedded one starts with nobody.
    if (config.brokerUrl === undefined) await forgetConnections(database);
    // Looked at anew by every `advance`: an authority that was replaced counts until its devices have renewed.
    const authorities = { pems: await enrolmentCas(database, desk) };
    const { broker, embedded } = await openBroker(
      config,
      { database, now: clock.now, log, enrolmentCas: async () => authorities.pems },
      clock,
      secure && { ...secure, judge: judgeBy(authorities) },
    );
    closers.push(() => broker.close());
    const fleet: Fleet = {
      database,
      artifacts,
      desk,
      versionsInUse,
      lab,
      broker,
      dispatcher,
      events: createEventFeed({ database, clock }),
      webhookRules: { allow: config.webhookAllow, development: config.development },
      ingest,
      clock,
      now: clock.now,
      log,
      publicUrl: '',
      mqttUrl: config.brokerUrl ?? mqttUrlOf(config, embedded),
      webSocketUrl: config.brokerUrl ?? '',
      operatorToken,
      auditKey,
      signInBy: signInByOf(config),
    };
    const { host, httpPort } = config;
    const names = config.plain ? [host] : config.tlsNames;
    const tablet = await openTabletDoor({ ...config, names, secure, server: () => fleet });
    closers.push(() => tablet.close());
    const web = await listenWeb(createHttpApp(fleet, { now: systemClock.now, tabletOrigins: tablet.origins }).fetch, {
      host,
      port: httpPort,
      secure,
    });
    closers.push(() => web.close());
    fleet.publicUrl = `${secure === undefined ? 'http' : 'https'}://${nameOf(config)}:${web.port}`;
    if (embedded !== undefined) {
      fleet.webSocketUrl = `${fleet.publicUrl.replace('http', 'ws')}${WEB_SOCKET_PATH}`;
      await embedded.listenOn(web.server, WEB_SOCKET_PATH, takesOrigin(tablet.origins));
    }
    // Before the web server, which waits for its connections to end.
    closers.push(() => embedded?.stop());
    const mqtt = attachMqtt(fleet, overrides.faults);
    followLifecycle(fleet);
    const groups = followGroups(fleet);
    const outward = startOutward(fleet);
    const mail = startMail(fleet, config.mail);
    const alerts = watchAlerts(fleet);
    const drift = watchDrift(fleet);
    const batches = createBatchRunner(fleet);
    const pipelines = createPipelineRunner({ ...fleet, folder: join(config.stateDir, 'pipelines') });
    watchPipelines(fleet, (trigger) => whyWithheld(database.db, trigger));
    const retrainer = createRetrainer({ ...fleet, evidence: keptEvidence(database) });
    await dispatcher.start();
    closers.push(
      () => batches.close(),
      () => pipelines.close(),
      () => retrainer.close(),
      () => outward.stop(),
      () => mail.stop(),
      () => fleet.events.close(),
      () => dispatcher.stop(),
      () => ingest.close(),
      () => mqtt.idle(),
    );
    await mqtt.republish();

    const heads = createHeadKeeper(fleet, config.auditHead);
    closers.push(() => heads.settled());
    const upkeep = createUpkeep(fleet, config.retention);
    const advance = async () => {
      authorities.pems = await enrolmentCas(database, desk);
      await secure?.renewIfDue();
      heads.look();
      await upkeep.look();
      await drift.look();
      await alerts.look();
      await batches.look();
      await pipelines.look();
      await retrainer.look();
      await advanceRollouts(fleet);
      await groups.look();
      await dispatcher.settled();
    };
    if (overrides.advanceByTimer !== false) closers.push(every(config.rolloutIntervalMs, advance, log));
    const caPem = secure && desk.caPem;
    const at = { url: fleet.publicUrl, mqttUrl: fleet.mqttUrl, pid: process.pid, ...(caPem && { caPem }) };
    await writeAddress(config.stateDir, at);
    closers.push(() => removeAddress(config.stateDir));

    return {
      fleet,
      mqtt,
      url: fleet.publicUrl,
      tabletUrl: tablet.url,
      mqttUrl: fleet.mqttUrl,
      caPem,
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

/** The online keys are in a process of their own: a child of this one, or one that somebody else runs. */
function openDeskOf(config: ServerConfig, keysFolder: string, { openDesk }: Overrides): Promise<Desk> {
  if (openDesk !== undefined) return openDesk(keysFolder);
  if (config.signerSocket !== undefined) return connectDesk(config.signerSocket);
  return startSigner(keysFolder, socketPathOf(config.stateDir));
}

/** People's time: what a provider signs expires by it. */
function signInByOf({ identity, development }: ServerConfig): SignInBy | undefined {
  if (identity === undefined) return undefined;
  const { claim } = identity.rules;
  const options = { ...identity, claim, allowPlain: development, now: systemClock.now };
  return { settings: identity, provider: createOpenIdProvider(options) };
}

/** In real time, also while a replay drives the clock of everything else: browsers and curl come by theirs. */
function openTls(config: ServerConfig, desk: Desk, log: Logger): Promise<SecureContextSource> {
  const onError = (error: unknown) => log.error({ code: codeOf(error), err: error }, 'the server certificate');
  return createSecureContextSource({ desk, names: config.tlsNames, own: config.ownTls, clock: systemClock, onError });
}

async function openBroker(
  config: ServerConfig,
  deps: Parameters<typeof brokerPolicy>[0],
  clock: Clock,
  secure: (SecureContextSource & { judge: JudgeClient }) | undefined,
): Promise<{ broker: Broker; embedded: AedesBroker | undefined }> {
  const onError = (error: Error) => deps.log.warn({ reason: error.message }, 'broker');
  if (config.brokerUrl !== undefined) {
    const options = { url: config.brokerUrl, clientId: 'plumbline-server', clock, random: systemRandom, onError };
    return { broker: await connectExternalBroker(options), embedded: undefined };
  }
  const address = { host: config.host, port: config.mqttPort };
  const embedded = await createAedesBroker({
    ...(secure === undefined ? { tcp: address } : { tls: { ...address, ...secure.current(), judge: secure.judge } }),
    policy: brokerPolicy(deps),
    clock,
    guard: () => createGuard(PRODUCTION_LIMITS),
    onError: watchTrespass(deps),
  });
  secure?.onRenewed((tls) => embedded.reloadTls(tls));
  return { broker: embedded, embedded };
}

/** Authorities whose device certificates count, PEM. */
async function enrolmentCas({ db }: Database, desk: Desk): Promise<string[]> {
  return [...new Set([desk.caPem, ...(await fleetInForce(db)).signed.enrolmentCas])];
}

/**
 * Keeps out at the door whoever never was a device of ours. Which one it is, and whether it may still, the policy asks:
 * a device that is refused by MQTT knows that it has to renew, one that is cut off knows nothing.
 */
function judgeBy(authorities: { pems: readonly string[] }): JudgeClient {
  return (certificate) => {
    if (certificate === undefined) return 'none was shown';
    const cas = authorities.pems.map((pem) => new X509Certificate(pem));
    const isOurs = cas.some((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
    return isOurs ? undefined : 'not by our authority';
  };
}

function mqttUrlOf(config: ServerConfig, embedded: AedesBroker | undefined): string {
  const ports = embedded?.ports();
  const scheme = config.plain ? 'mqtt' : 'mqtts';
  return `${scheme}://${nameOf(config)}:${config.plain ? ports?.tcp : ports?.tls}`;
}

/** By which devices and people come. */
function nameOf({ plain, host, tlsNames }: ServerConfig): string {
  const name = plain ? host : (tlsNames[0] ?? host);
  return name.includes(':') ? `[${name}]` : name;
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
