import { codeOf, isRetryable, messageOf } from '@plumbline/shared/errors';
import type { Desired, DeviceReport, SitePage } from '@plumbline/shared/wire';
import { messageBytes, PUBACK_BYTES } from './link/channel.ts';
import { connect, disconnect, HANDSHAKE_BYTES, type Session } from './link/connect.ts';
import { createDownlink } from './link/downlink.ts';
import { reconnect } from './link/reconnect.ts';
import { buildReport } from './link/report.ts';
import { createSessions } from './link/session.ts';
import { keepUp, limitOutbox } from './link/upkeep.ts';
import { LinkError, StoreError, type Ports } from './ports/index.ts';
import type { AgentOptions } from './options.ts';
import type { Rooms } from './rooms.ts';
import { takePage } from './sources/site-log.ts';
import { runningOf } from './state.ts';
import { trustReportOf } from './trust/trust-view.ts';

export interface Online {
  run(signal: AbortSignal): Promise<void>;
  /** A report goes out shortly; changes close together share one. */
  reportSoon(): void;
  /** Resolves with true when the broker has a report of now; with false while there is no connection. @throws LinkError */
  report(): Promise<boolean>;
  /** Asks for what happened at the site since. */
  askForSite(): Promise<void>;
}

export interface OnlineSignals {
  /** Entries of the site came, and perhaps work with them. */
  workArrived: () => void;
  /** The server was reached and said no. */
  connectionRefused: () => void;
  /** A new desired state was accepted, and its settings hold. */
  assigned: () => void;
  /** How far this device has come with leaving the fleet. */
  retired: () => DeviceReport['retired'];
}

const DESIRED_RETRY_MS = 30_000;
const MB = 2 ** 20;

/** What happens between this agent and the server: the session, and what each message sets in motion. */
export function createOnline(ports: Ports, rooms: Rooms, options: AgentOptions, signals: OnlineSignals): Online {
  const { clock } = ports;
  const { channel, uplink, events, beliefs, credentials, lines, outbox, siteLog, identity, timing } = rooms;
  let session: Session | undefined;
  let counter = 0;
  let takeBackReport: (() => void) | undefined;
  let sessions: (() => Promise<number>) | undefined;

  const report = async () => {
    const takesBytes = await ports.host.residentMemoryBytes?.();
    if (takesBytes !== undefined) rooms.served.weighed(Math.round(takesBytes / MB));
    if (session === undefined) return false;
    counter += 1;
    const message = buildReport({
      agent: options.agentVersion,
      profile: options.profile.id,
      nonce: session.nonce,
      counter,
      at: clock.now(),
      assignmentSeq: beliefs.seq(),
      lines: lines.models(),
      running: (line) => runningOf(rooms, line),
      served: rooms.served.of,
      outbox: outbox.counts(),
      settings: rooms.settings(),
      trust: trustReportOf(beliefs.view()),
      retired: signals.retired(),
    });
    await channel.send('report', { ...message, link: rooms.linkBudget.spent() }, { compress: true });
    return true;
  };

  const reportSoon = () => {
    takeBackReport ??= clock.after(timing.reportDelayMs, () => {
      takeBackReport = undefined;
      events.guard('report', report());
    });
  };

  let lastRefusal: string | undefined;
  let takeBackDesired: (() => void) | undefined;
  const takeDesired = async (message: Desired) => {
    takeBackDesired?.();
    takeBackDesired = undefined;
    try {
      const accepted = await beliefs.accept(message);
      if (accepted === undefined) return;
      // The same attack later is another one.
      lastRefusal = undefined;
      limitOutbox(outbox, rooms.settings());
      await lines.assign(accepted.targets, accepted.declined);
      signals.assigned();
      for (const { target, reason, detail } of accepted.declined) {
        events.record('model_declined', { line: target.model, sha256: target.sha256, reason, detail });
      }
    } catch (error) {
      refused(error, message);
    }
    reportSoon();
  };

  /** What did not arrive comes with the next desired state; what was refused is told once, however often it is sent. */
  /** What the disk had no room for is taken again from memory: the server says it only once a connection. */
  const takeAgain = (message: Desired) => {
    takeBackDesired = clock.after(DESIRED_RETRY_MS, () => void takeDesired(message));
  };

  const refused = (error: unknown, message: Desired) => {
    const [reason, detail] = [codeOf(error), messageOf(error)];
    if (reason === 'interrupted') return;
    if (error instanceof StoreError) takeAgain(message);
    if (isRetryable(error) && reason !== 'retrieval_slow') events.problem('dn/desired', error);
    else if (detail !== lastRefusal) {
      events.record(isRetryable(error) ? reason : 'assignment_refused', { reason, detail });
      lastRefusal = detail;
    }
  };

  const tellDamaged = (key: string, error: unknown) =>
    events.record('stored_value_lost', { key, detail: messageOf(error) });

  const onUpkeepProblem = (error: unknown) => events.problem('upkeep', error);

  const askForSite = () => channel.send('site', { cursor: siteLog.cursor() });

  const takeSitePage = async (page: SitePage) => {
    const more = await takePage(siteLog, (changes) => outbox.write({ changes }), page);
    if (more) await askForSite();
    signals.workArrived();
  };

  const take = createDownlink(identity, {
    desired: takeDesired,
    ack: uplink.acknowledged,
    blk: rooms.blocks.received,
    site: takeSitePage,
    onProblem: (error, where) => events.problem(`dn/${where ?? '?'}`, error),
  });
  const onMessage = (topic: string, payload: Uint8Array) => {
    rooms.linkBudget.count(messageBytes(topic, payload), 'down', 'essential');
    rooms.linkBudget.count(PUBACK_BYTES, 'up', 'essential');
    rooms.contact.lastAt = clock.now();
    take(topic, payload);
  };

  const stayConnected = (signal: AbortSignal) =>
    reconnect(
      {
        clock,
        random: ports.random,
        bounds: timing,
        nudges: options.nudges,
        async open() {
          sessions ??= await createSessions(ports.store, { now: beliefs.now, onDamaged: tellDamaged });
          const at = { session: await sessions(), now: credentials.tokenTime() };
          rooms.linkBudget.count(HANDSHAKE_BYTES.up, 'up', 'essential');
          rooms.linkBudget.count(HANDSHAKE_BYTES.down, 'down', 'essential');
          return connect(ports, credentials, at, onMessage);
        },
        async onOpen(opened) {
          session = opened;
          channel.open(opened.connection);
          options.onChange?.({ kind: 'connection', connected: true });
          await report();
          await askForSite();
          await uplink.restart();
        },
        onClosed(reason) {
          // A clean stop says goodbye over this connection first; either way nobody else sends over it.
          channel.close();
          options.onChange?.({ kind: 'connection', connected: false });
          session = undefined;
          uplink.stop();
          takeBackReport?.();
          takeBackReport = undefined;
          takeBackDesired?.();
          takeBackDesired = undefined;
          if (reason !== 'stopped') events.problem('link', new LinkError('link_closed', reason));
        },
        onFailed(error) {
          events.problem('link', error);
          if (codeOf(error) !== 'link_refused') return;
          credentials.refused();
          signals.connectionRefused();
        },
        leave: (open) => disconnect(open, identity, clock.now()),
      },
      signal,
    );

  return {
    reportSoon,
    report,
    askForSite,
    async run(signal) {
      await Promise.all([stayConnected(signal), keepUp({ clock, outbox, uplink, onProblem: onUpkeepProblem }, signal)]);
    },
  };
}
