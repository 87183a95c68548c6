import type { SiteLogEntry } from '@plumbline/shared/activity';
import type { ActivityRecord } from '@plumbline/shared/manifest';
import { codeOf } from '@plumbline/shared/errors';
import { sleep } from '@plumbline/shared/ports';
import { utf8 } from '@plumbline/shared/trust';
import { AgentError } from './errors.ts';
import { readIdentity } from './identity.ts';
import { createOnline, type Online } from './online.ts';
import { openDiagnostics } from './diagnostics/answer.ts';
import { createRecentEvents } from './diagnostics/recent-events.ts';
import { createCertificateKeeper, type CertificateKeeper } from './enrolment/keep-certificate.ts';
import type { Deferred } from './lines/deferral.ts';
import { heldBundle, type HeldBundle } from './lines/held-bundle.ts';
import type { AgentOptions } from './options.ts';
import type { NearbyPage, Ports } from './ports/index.ts';
import type { Prediction, PredictOptions } from './predict/predictor.ts';
import { openRooms, type Rooms } from './rooms.ts';
import { createRetirement, type Retirement } from './retire/retirement.ts';
import { finishWipe } from './retire/wipe.ts';
import { recordEntry, type EntryInput } from './sources/entries.ts';
import { columnsOf, type ColumnType } from './sources/columns.ts';
import { activitiesOf, stateOf, type ActivityView, type AgentState } from './state.ts';
import { RUNNING } from './store/keys.ts';

/** One device of the fleet. Everything it answers, it answers without a network. */
export interface Agent {
  /**
   * Opens the store, loads the active models from disk and sets everything in motion; does not wait for a connection.
   * @throws AgentError `not_enrolled`; `device_retired` when it had to finish leaving the fleet; StoreError
   */
  start(): Promise<void>;
  /** Ends every loop, says goodbye to the server, makes durable what was made. The ports stay the caller's to close. */
  stop(): Promise<void>;
  /** @throws PredictError, AgentError `line_unknown`, `too_many_records`, `retiring` */
  predict(records: readonly ActivityRecord[], options?: PredictOptions): Promise<Prediction[]>;
  /**
   * What a person on site has to say; resolves when it survives a power cut.
   * @throws AgentError `entry_invalid`, `ref_conflict`; WireError naming `photo`; StoreError, and then nothing of it was kept
   */
  recordEntry(entry: EntryInput): Promise<SiteLogEntry>;
  state(): AgentState;
  /**
   * "Not now", said by a person on site: no install fetches or activates before `untilMs` (ms since 1970, at most seven
   * days ahead); 0 takes it back. Durable, reported as `deferred_on_site`; what answers predictions goes on.
   * @returns what holds from now on
   * @throws AgentError `deferral_invalid` naming `until` or `actor`, `not_running`; StoreError
   */
  defer(untilMs: number, actor: string): Promise<Deferred | undefined>;
  activities(): ActivityView[];
  /** For other devices of the site: the archive with this hash, where it lies whole in a slot here. */
  bundle(sha256: string): Promise<HeldBundle>;
  /** Likewise: a page of the log of the site, from where the last one ended. */
  siteLog(from: string | undefined, limit: number): NearbyPage;
  /** What the running model of a line, or the only one, wants to find in which column; empty while none runs. */
  columns(line?: string): ReadonlyMap<string, ColumnType>;
  /** Asks the server what happened at the site since; while it cannot be asked, whoever is near. @throws LinkError */
  lookForNews(): Promise<void>;
  /** Does all work that is due: predictions, outcomes, windows. @returns the number of predictions made */
  tick(): Promise<number>;
  /** Resolves when everything made so far is durable and, with a connection, on its way. */
  flush(): Promise<void>;
  /** Closes all drift windows now, without waiting for the end of their period. @returns how many */
  closeWindows(): Promise<number>;
}

interface Running {
  rooms: Rooms;
  lookForNews: (signal: AbortSignal) => Promise<void>;
  stop: AbortController;
  loops: Promise<unknown>;
}

export function createAgent(ports: Ports, options: AgentOptions): Agent {
  let running: Running | undefined;
  /** Of the stop that is under way, or was the last. */
  let ending: Promise<void> = Promise.resolve();
  const rooms = (): Rooms => {
    if (running !== undefined) return running.rooms;
    throw new AgentError('not_running', 'the agent has not been started', { kind: 'unavailable' });
  };

  const end = async ({ rooms: open, stop, loops }: Running): Promise<void> => {
    stop.abort();
    await loops;
    await open.beliefs.close();
    await open.schedule.idle();
    open.served.keep();
    await open.outbox.flush();
    await open.predictor.close();
    await ports.store.commit([{ remove: RUNNING }]);
  };

  /** Stopped first, so that nothing writes any more where everything goes. */
  const leave = async () => {
    try {
      await agent.stop();
      await finishWipe(ports, options.eraseKey);
      options.onRetired?.();
    } catch (error) {
      options.onRetired?.(error);
    }
  };

  const agent: Agent = {
    async start() {
      if (running !== undefined) return;
      if (await finishWipe(ports, options.eraseKey)) {
        const expected = 'an enrolment code, if it is to serve again';
        throw new AgentError('device_retired', 'this device has left its fleet', { kind: 'refused', expected });
      }
      const identity = await readIdentity(ports.store);
      if (identity === undefined) {
        const expected = 'an enrolment code, once';
        throw new AgentError('not_enrolled', 'this device has no identity yet', { kind: 'conflict', expected });
      }
      const later: { online?: Online; retirement?: Retirement } = {};
      const recent = createRecentEvents();
      const onEvent: AgentOptions['onEvent'] = (event) => {
        recent.take(event);
        options.onEvent?.(event);
      };
      const opened = await openRooms(
        ports,
        identity,
        { ...options, onEvent },
        {
          lineChanged(model) {
            const { state } = model;
            options.onChange?.({ kind: 'line', model });
            later.online?.reportSoon();
            // What is open on the site is the first traffic a new model is proved by.
            if (state === 'proving') workArrived();
          },
        },
      );
      const { door } = opened;
      const workArrived = () => {
        if (!door.isShut()) opened.events.guard('tick', opened.schedule.tick());
      };
      const diagnostics = await openDiagnostics(ports, opened, options, { recent, admit: opened.linkBudget.admit });
      const diagnosticsDue = (settled: boolean) => {
        if (!door.isShut())
          opened.events.guard(
            'diagnostics',
            door.through(() => diagnostics.look(settled)),
          );
      };
      const keeper = keeperOf(ports, opened, options);
      const connectionRefused = () => keeper?.connectionRefused();
      const online = createOnline(ports, opened, options, {
        workArrived,
        connectionRefused,
        assigned() {
          diagnosticsDue(true);
          later.retirement?.look();
        },
        retired: () => later.retirement?.stage(),
      });
      later.online = online;
      const { report, reportSoon } = online;
      const retirement = createRetirement({ ...ports, ...opened, report, changed: reportSoon });
      later.retirement = retirement;
      const clean = (await ports.store.get(RUNNING)) === undefined;
      // A disk without room for this mark is no reason to leave the site without predictions; only the mark is missing.
      await ports.store.commit([{ put: RUNNING, value: utf8('1') }]).catch((error: unknown) => {
        if (codeOf(error) !== 'store_full') throw error;
        opened.events.problem('start', error);
      });
      if (!clean) opened.events.record('started_after_unclean_end', {});
      await opened.lines.open(clean);
      // The server knows more than anybody near: they are asked while it cannot be.
      const lookNearby = async (signal: AbortSignal) => {
        const fresh = opened.channel.isOpen() ? undefined : await opened.nearbyLog?.look(signal);
        if (fresh !== undefined && fresh > 0) workArrived();
      };
      const stop = new AbortController();
      const loops = Promise.all([
        opened.lines.run(stop.signal),
        online.run(stop.signal),
        keeper?.run(stop.signal),
        retirement.run(stop.signal).then((isOver) => {
          if (isOver) void leave();
        }),
        every(ports, opened.timing.tickMs, stop.signal, () => {
          opened.beliefs.look();
          workArrived();
          diagnosticsDue(false);
          opened.events.guard('nearby', lookNearby(stop.signal));
        }),
        every(ports, opened.timing.reportIntervalMs, stop.signal, () => {
          online.reportSoon();
          if (opened.channel.isOpen()) opened.events.guard('site', online.askForSite());
        }),
      ]);
      const lookForNews = (signal: AbortSignal) => (opened.channel.isOpen() ? online.askForSite() : lookNearby(signal));
      running = { rooms: opened, lookForNews, stop, loops };
      opened.beliefs.look();
      workArrived();
    },

    stop() {
      if (running !== undefined) {
        ending = end(running);
        running = undefined;
      }
      return ending;
    },

    async predict(records, how) {
      const { door, predictor } = rooms();
      return door.through(() => predictor.predict(records, how));
    },

    async recordEntry(input) {
      const { outbox, siteLog, identity, events, schedule, door } = rooms();
      const made = { ...ports, outbox, siteLog, device: identity.device };
      const entry = await door.through(() => recordEntry(made, input));
      if (!door.isShut()) events.guard('tick', schedule.tick());
      return entry;
    },

    state: () => stateOf(rooms()),
    async defer(untilMs, actor) {
      const { deferral, events, lines } = rooms();
      const standing = await deferral.put(untilMs, actor);
      events.record('installs_deferred', { until: standing?.until ?? null, actor });
      lines.reconsider();
      return standing;
    },
    activities: () => activitiesOf(rooms()),
    bundle: (sha256) => heldBundle(ports, rooms().lines.models(), sha256),
    siteLog: (from, limit) => rooms().sharedLog(from, limit),
    columns: (line) => columnsOf(rooms().predictor, line),
    async lookForNews() {
      await running?.lookForNews(running.stop.signal);
    },
    async tick() {
      const { door, schedule } = rooms();
      return door.isShut() ? 0 : schedule.tick();
    },

    async flush() {
      const { outbox, uplink } = rooms();
      await outbox.flush();
      await uplink.pump();
    },

    async closeWindows() {
      const { outbox, windows } = rooms();
      const closed = windows.close(undefined, ports.clock.now());
      if (closed !== undefined) await outbox.write(closed);
      return closed?.rows?.length ?? 0;
    },
  };
  return agent;
}

/** Keeps the certificate of this device young, where the platform can judge a server over HTTP. */
function keeperOf(ports: Ports, rooms: Rooms, { secureFetch }: AgentOptions): CertificateKeeper | undefined {
  const { credentials, beliefs, events } = rooms;
  if (secureFetch === undefined) return undefined;
  return createCertificateKeeper({
    ...ports,
    fetch: secureFetch(credentials.trust),
    identity: credentials.identity,
    trustedNow: beliefs.now,
    onRenewed(identity) {
      credentials.renewed(identity);
      events.record('certificate_renewed', { notAfter: identity.certificate.notAfter });
    },
    onProblem: (error) => events.problem('renewal', error),
  });
}

async function every(ports: Ports, intervalMs: number, signal: AbortSignal, work: () => void): Promise<void> {
  while (!signal.aborted) {
    await sleep(ports.clock, intervalMs, signal);
    if (!signal.aborted) work();
  }
}
