import type { DeviceSettings } from '@plumbline/shared/trust';
import { createEvents, type Events } from './events.ts';
import { pinnedRootOf, type Identity } from './identity.ts';
import { STANDARD_DECODERS } from './install/payload.ts';
import { openDeferral, type Deferral } from './lines/deferral.ts';
import { createLines, type Lines } from './lines/lines.ts';
import { createBlocks, type Blocks } from './link/blocks.ts';
import { createLinkBudget } from './link/budget/index.ts';
import { createChannel, type Channel } from './link/channel.ts';
import { createCredentials, type Credentials } from './link/credentials.ts';
import type { LinkBudget } from './link/link-budget.ts';
import { createOutbox, type Outbox } from './link/outbox/index.ts';
import { createUplink, type Uplink } from './link/uplink.ts';
import { createLocalDrift, type LocalDrift } from './observe/detect/local-drift.ts';
import { createExamples } from './observe/examples/examples.ts';
import { observePredictions, type PredictionCounters } from './observe/observer.ts';
import { realRecords } from './observe/real-records.ts';
import { createRecentInputs, DEFAULT_RECENT_RECORDS } from './observe/recent-inputs.ts';
import { createServed, type Served } from './observe/served.ts';
import { createStoredPredictions, type StoredPredictions } from './observe/stored-predictions.ts';
import { createWindows, type Windows } from './observe/windows.ts';
import { createLineMemory } from './observe/windows/line-memory.ts';
import { DEFAULT_TIMING, type AgentOptions, type AgentTiming } from './options.ts';
import type { Ports } from './ports/index.ts';
import { deriveAgain } from './predict/derive.ts';
import { createPredictor, type Predictor } from './predict/predictor.ts';
import { createDoor, type Door } from './retire/door.ts';
import { readRetired } from './retire/wipe.ts';
import { createSchedule, type Schedule } from './sources/schedule.ts';
import { createNearbyLog, type NearbyLog } from './sources/nearby-log.ts';
import { createSharedLog, type SharedLog } from './sources/shared-log.ts';
import { createSiteLog, newestRecords, type SiteLog } from './sources/site-log.ts';
import { openBeliefs, type Beliefs } from './trust/beliefs.ts';
import { createDamageList } from './store/damage.ts';
import { limitOutbox, tellRejected } from './link/upkeep.ts';
import type { UpdateModel } from './update/index.ts';

/** Everything of an enrolled agent, opened from disk and not moving yet. */
export interface Rooms {
  identity: Identity;
  timing: AgentTiming;
  settings: () => DeviceSettings;
  events: Events;
  channel: Channel;
  linkBudget: LinkBudget;
  /** When the server was last heard in this life, ms. */
  contact: { lastAt?: number };
  outbox: Outbox;
  uplink: Uplink;
  blocks: Blocks;
  beliefs: Beliefs;
  credentials: Credentials;
  lines: Lines;
  deferral: Deferral;
  predictor: Predictor;
  counters: PredictionCounters;
  served: Served;
  losses: { blocksRefetched: number; rowsLost: number };
  windows: Windows;
  predictions: StoredPredictions;
  localDrift: LocalDrift;
  siteLog: SiteLog;
  /** The log as other devices of the site may read it. */
  sharedLog: SharedLog;
  /** Somebody near whose log is read while the server is away. */
  nearbyLog: NearbyLog | undefined;
  schedule: Schedule;
  /** What makes rows comes in through here. */
  door: Door;
}

export interface RoomSignals {
  /** A model line moved on: a report is due. */
  lineChanged: (model: UpdateModel) => void;
}

/** Opens every room in the order in which they need each other. */
export async function openRooms(
  ports: Ports,
  identity: Identity,
  options: AgentOptions,
  signals: RoomSignals,
): Promise<Rooms> {
  const { clock, random, store } = ports;
  const { profile, agentVersion } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const losses = { blocksRefetched: 0, rowsLost: 0 };

  // The rooms below are named in callbacks that run once everything is open.
  const later: { outbox?: Outbox; uplink?: Uplink; lines?: Lines; beliefs?: Beliefs } = {};
  const door = createDoor((await readRetired(store)) !== undefined);
  const events = createEvents({ clock, outbox: () => (door.isShut() ? undefined : later.outbox) }, options.onEvent);

  const damaged = createDamageList();
  const settings = () => ({ ...options.settings, ...later.beliefs?.settings() });
  const outbox = await createOutbox(ports, {
    groupCommitMs: timing.groupCommitMs,
    onRows: () => later.uplink && events.guard('uplink', later.uplink.pump()),
    onLost: (rows) => {
      losses.rowsLost += rows;
    },
    onQuarantined: (of, seq, rows) => events.record('rows_quarantined', { class: of, seq, rows }),
    onDamaged: damaged.add,
  });
  later.outbox = outbox;
  const linkBudget = await createLinkBudget({
    clock,
    store,
    journal: outbox,
    settings,
    monthlyBytes: profile.link.monthlyBudgetMb * 2 ** 20,
    known: () => ({
      trustedNow: later.beliefs?.now() ?? clock.now(),
      timeFloor: later.beliefs?.timeFloor() ?? 0,
      runningMs: outbox.runningMs(),
    }),
    onSpent: ({ limitBytes = null, ...spent }) => events.record('link_budget_spent', { ...spent, limitBytes }),
    onDamaged: damaged.add,
  });
  const channel = createChannel(identity, { clock, budget: linkBudget });
  const uplink = createUplink(
    { clock, outbox, channel, budget: linkBudget, kbps: () => settings().linkKbps },
    {
      ackTimeoutMs: timing.ackTimeoutMs,
      onProblem: (error) => events.problem('uplink', error),
      onRejected: (of, rejected) => tellRejected(events, of, rejected),
    },
  );
  later.uplink = uplink;
  const blocks = createBlocks(
    { clock, random, channel, budget: linkBudget },
    { timeoutMs: timing.blockTimeoutMs, onRefused: (why) => events.problem('blocks', new Error(why)) },
  );
  const ranCounter = (line: string) => later.lines?.get(line)?.ranCounter ?? 0;
  const beliefs = await openBeliefs({
    ...ports,
    blocks,
    identity,
    pinned: pinnedRootOf(identity),
    profile,
    ranCounter,
    event: events.record,
  });
  later.beliefs = beliefs;
  limitOutbox(outbox, settings());

  const deferral = await openDeferral(store, beliefs.now);
  const siteLog = await createSiteLog(store, damaged.add);
  const predictions = await createStoredPredictions(store, damaged.add);
  const onDamaged = damaged.add;
  const windows = await createWindows({ store, clock, random, windowMs: () => settings().windowMs, onDamaged });
  const memory = await createLineMemory(store, onDamaged);
  const examples = await createExamples({ store, clock, settings, onDamaged });
  const localDrift = await createLocalDrift(
    { store, isOn: () => settings().driftLocal !== 0, onDamaged },
    options.onEvent,
  );
  const predictor = createPredictor({ clock, stopwatch: ports.stopwatch, history: siteLog.history });
  const planOf = (activity: string) => {
    const entry = siteLog.get(activity)?.plan?.entry;
    return entry?.field === 'plan' ? { entry: entry.id, startAt: entry.value.startAt } : undefined;
  };
  predictor.listen({
    predicted: (_model, _records, said, _tookMs, { refs = [] }) =>
      options.onChange?.({ kind: 'predictions', predictions: said, refs }),
  });
  const recentInputs = await createRecentInputs({
    store,
    clock,
    outbox,
    predictor,
    // As many as a shadow run wants, where that is more.
    capacity: () => Math.max(settings().recentRecords ?? DEFAULT_RECENT_RECORDS, settings().shadowRecords ?? 0),
  });
  const counters = observePredictions(predictor, { clock, outbox, windows, predictions, memory, examples, planOf });
  const served = await createServed({ store, clock, outbox, predictor, onDamaged: damaged.add });
  const lines = await createLines(
    {
      ...ports,
      blocks,
      predictor,
      sealKeys: beliefs.sealKeys,
      profile,
      agentVersion,
      decoders: { ...STANDARD_DECODERS, ...options.decoders },
      settings,
      storedRecords: (count, line) =>
        realRecords(recentInputs.of(line, count), newestRecords(siteLog, clock.now(), count), count),
      derive: (manifests, records) => deriveAgain(manifests, records, siteLog.history),
      recentInputs,
      disagreed: (of, manifests, records) => outbox.writeSoon(examples.disagreed(of, manifests, records)),
      deferral,
      linkBudget,
      event: events.record,
      refetching: (count) => {
        losses.blocksRefetched += count;
      },
      trustedNow: beliefs.now,
      changed: signals.lineChanged,
      onDamaged: damaged.add,
    },
    beliefs.targets(),
  );
  later.lines = lines;
  damaged.tell(events, outbox);
  const nearbyLog = ports.nearby && createNearbyLog(ports.nearby, siteLog, (changes) => outbox.write({ changes }));
  const schedule = createSchedule({ clock, outbox, siteLog, windows, predictions, predictor, localDrift });
  return {
    identity,
    timing,
    settings,
    events,
    channel,
    linkBudget,
    contact: {},
    outbox,
    uplink,
    blocks,
    beliefs,
    credentials: createCredentials(identity, beliefs, clock),
    lines,
    deferral,
    predictor,
    counters,
    served,
    losses,
    windows,
    predictions,
    localDrift,
    siteLog,
    sharedLog: createSharedLog(siteLog, ports.random),
    nearbyLog,
    schedule,
    door,
  };
}
