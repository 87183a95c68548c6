import { codeOf, isRetryable, messageOf } from '@plumbline/shared/errors';
import type { Desired, SitePage } from '@plumbline/shared/wire';
import { connect, disconnect, type Session } from './link/connect.ts';
import { createDownlink } from './link/downlink.ts';
import { reconnect } from './link/reconnect.ts';
import { buildReport } from './link/report.ts';
import { createSessions } from './link/session.ts';
import type { Ports } from './ports/index.ts';
import type { AgentOptions } from './options.ts';
import type { Rooms } from './rooms.ts';
import { takePage } from './sources/site-log.ts';
import { runningOf } from './state.ts';
import { trustReportOf } from './trust/trust-view.ts';

export interface Online {
  run(signal: AbortSignal): Promise<void>;
  /** A report goes out shortly; changes close together share one. */
  reportSoon(): void;
  /** Asks for what happened at the site since. */
  askForSite(): Promise<void>;
}

export interface OnlineSignals {
  /** Entries of the site came, and perhaps work with them. */
  workArrived: () => void;
  /** The server was reached and said no. */
  connectionRefused: () => void;
}

/** What happens between this agent and the server: the session, and what each message sets in motion. */
export function createOnline(ports: Ports, rooms: Rooms, options: AgentOptions, signals: OnlineSignals): Online {
  const { clock } = ports;
  const { channel, uplink, events, beliefs, credentials, lines, outbox, siteLog, identity, timing } = rooms;
  let session: Session | undefined;
  let counter = 0;
  let takeBackReport: (() => void) | undefined;
  let sessions: (() => Promise<number>) | undefined;

  const report = async () => {
    if (session === undefined) return;
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
      outbox: outbox.counts(),
      settings: rooms.settings(),
      trust: trustReportOf(beliefs.view()),
    });
    await channel.send('report', message, { compress: true });
  };

  const reportSoon = () => {
    takeBackReport ??= clock.after(timing.reportDelayMs, () => {
      takeBackReport = undefined;
      events.guard('report', report());
    });
  };

  let lastRefusal: string | undefined;
  const takeDesired = async (message: Desired) => {
    try {
      const accepted = await beliefs.accept(message);
      if (accepted === undefined) return;
      // The same attack later is another one.
      lastRefusal = undefined;
      const { outboxBytes } = rooms.settings();
      if (outboxBytes !== undefined) outbox.setBudget(outboxBytes);
      await lines.assign(accepted.targets, accepted.declined);
      for (const { target, reason, detail } of accepted.declined) {
        events.record('model_declined', { line: target.model, sha256: target.sha256, reason, detail });
      }
    } catch (error) {
      refused(error);
    }
    reportSoon();
  };

  /** What did not arrive comes with the next desired state; what was refused is told once, however often it is sent. */
  const refused = (error: unknown) => {
    const [reason, detail] = [codeOf(error), messageOf(error)];
    if (reason === 'interrupted') return;
    if (isRetryable(error) && reason !== 'retrieval_slow') events.problem('dn/desired', error);
    else if (detail !== lastRefusal) {
      events.record(isRetryable(error) ? reason : 'assignment_refused', { reason, detail });
      lastRefusal = detail;
    }
  };

  const askForSite = () => channel.send('site', { cursor: siteLog.cursor() });

  const takeSitePage = async (page: SitePage) => {
    const more = await takePage(siteLog, (changes) => outbox.write({ changes }), page);
    if (more) await askForSite();
    signals.workArrived();
  };

  const onMessage = createDownlink(identity, {
    desired: takeDesired,
    ack: uplink.acknowledged,
    blk: rooms.blocks.received,
    site: takeSitePage,
    onProblem: (error, where) => events.problem(`dn/${where ?? '?'}`, error),
  });

  return {
    reportSoon,
    askForSite,
    run: (signal) =>
      reconnect(
        {
          clock,
          random: ports.random,
          bounds: timing,
          async open() {
            sessions ??= await createSessions(ports.store);
            const at = { session: await sessions(), now: beliefs.now() };
            return connect(ports, credentials, at, onMessage);
          },
          async onOpen(opened) {
            session = opened;
            channel.open(opened.connection);
            await report();
            await askForSite();
            await uplink.restart();
          },
          onClosed(reason) {
            // A clean stop says goodbye over this connection first; either way nobody else sends over it.
            channel.close();
            session = undefined;
            uplink.stop();
            takeBackReport?.();
            takeBackReport = undefined;
            if (reason !== 'stopped') events.problem('link', new Error(reason));
          },
          onFailed(error) {
            events.problem('link', error);
            if (codeOf(error) === 'link_refused') signals.connectionRefused();
          },
          leave: (open) => disconnect(open, identity, clock.now()),
        },
        signal,
      ),
  };
}
