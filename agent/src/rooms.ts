import type { DeviceSettings } from '@plumbline/shared/trust';
import { createEvents, type Events } from './events.ts';
import { pinnedRootOf, type Identity } from './identity.ts';
import { STANDARD_DECODERS } from './install/payload.ts';
import { createLines, type Lines } from './lines/lines.ts';
import { createBlocks, type Blocks } from './link/blocks.ts';
import { createChannel, type Channel } from './link/channel.ts';
import { createCredentials, type Credentials } from './link/credentials.ts';
import { createOutbox, type Outbox } from './link/outbox/index.ts';
import { createUplink, type Uplink } from './link/uplink.ts';
import { observePredictions, type PredictionCounters } from './observe/observer.ts';
import { createStoredPredictions, type StoredPredictions } from './observe/stored-predictions.ts';
import { createWindows, type Windows } from './observe/windows.ts';
import { DEFAULT_TIMING, type AgentOptions, type AgentTiming } from './options.ts';
import type { Ports } from './ports/index.ts';
import { createPredictor, type Predictor } from './predict/predictor.ts';
import { createSchedule, type Schedule } from './sources/schedule.ts';
import { createSiteLog, newestRecords, type SiteLog } from './sources/site-log.ts';
import { openBeliefs, type Beliefs } from './trust/beliefs.ts';
import type { UpdateModel } from './update/index.ts';

/** Everything of an enrolled agent, opened from disk and not moving yet. */
export interface Rooms {
  identity: Identity;
  timing: AgentTiming;
  settings: () => DeviceSettings;
  events: Events;
  channel: Channel;
  outbox: Outbox;
  uplink: Uplink;
  blocks: Blocks;
  beliefs: Beliefs;
  credentials: Credentials;
  lines: Lines;
  predictor: Predictor;
  counters: PredictionCounters;
  losses: { blocksRefetched: number; rowsLost: number };
  windows: Windows;
  predictions: StoredPredictions;
  siteLog: SiteLog;
  schedule: Schedule;
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
  const later: { outbox?: Outbox; uplink?: Uplink; lines?: Lines } = {};
  const events = createEvents({ clock, outbox: () => later.outbox }, options.onEvent);

  const outbox = await createOutbox(ports, {
    groupCommitMs: timing.groupCommitMs,
    onRows: () => later.uplink && events.guard('uplink', later.uplink.pump()),
    onLost: (rows) => {
      losses.rowsLost += rows;
    },
  });
  later.outbox = outbox;
  const channel = createChannel(identity);
  const uplink = createUplink(
    { clock, outbox, channel },
    { ackTimeoutMs: timing.ackTimeoutMs, onProblem: (error) => events.problem('uplink', error) },
  );
  later.uplink = uplink;
  const blocks = createBlocks(
    { clock, random, channel },
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
  const settings = () => ({ ...options.settings, ...beliefs.settings() });
  const { outboxBytes } = settings();
  if (outboxBytes !== undefined) outbox.setBudget(outboxBytes);

  const siteLog = await createSiteLog(store);
  const predictions = await createStoredPredictions(store);
  const windows = await createWindows(store, () => settings().windowMs);
  const predictor = createPredictor({ clock });
  const planOf = (activity: string) => {
    const entry = siteLog.get(activity)?.plan?.entry;
    return entry?.field === 'plan' ? { entry: entry.id, startAt: entry.value.startAt } : undefined;
  };
  const counters = observePredictions(predictor, { clock, outbox, windows, predictions, planOf });
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
      storedRecords: (count) => newestRecords(siteLog, clock.now(), count),
      event: events.record,
      refetching: (count) => {
        losses.blocksRefetched += count;
      },
      trustedNow: beliefs.now,
      changed: signals.lineChanged,
    },
    beliefs.targets(),
  );
  later.lines = lines;
  const schedule = createSchedule({ clock, outbox, siteLog, windows, predictions, predictor });
  return {
    identity,
    timing,
    settings,
    events,
    channel,
    outbox,
    uplink,
    blocks,
    beliefs,
    credentials: createCredentials(identity, beliefs),
    lines,
    predictor,
    counters,
    losses,
    windows,
    predictions,
    siteLog,
    schedule,
  };
}
