import {
  delayDistribution,
  expectedEffect,
  rankByEffect,
  type ExpectedEffect,
  type Outcome,
  type Plan,
  type PlanNetwork,
  type Progress,
  type SiteLogEntry,
} from '@plumbline/shared/activity';
import type { ModelReport, SiteAbout, StreamClass } from '@plumbline/shared/wire';
import type { LinkBudget } from './link/link-budget.ts';
import type { StreamCounts } from './link/outbox/index.ts';
import type { LocalDriftState } from './observe/detect/local-drift.ts';
import type { StoredPrediction } from './observe/stored-predictions.ts';
import type { PredictionCounters } from './observe/observer.ts';
import type { Deferred } from './lines/deferral.ts';
import type { Rooms } from './rooms.ts';
import type { TrustView } from './trust/trust-view.ts';
import type { UpdateModel } from './update/index.ts';

/** One model line as a person wants to see it. */
export interface LineState extends UpdateModel {
  running: ModelReport['running'];
}

export interface AgentState {
  identity: {
    site: string;
    /** Its time zone and where its gateway is, once the office has said so. */
    about?: SiteAbout;
    device: string;
    mqttUrl: string;
    rootSha256: string;
    /** Where the server is looked for, in this order. */
    endpoints: readonly string[];
    /** PEM of the authorities its certificate may be by. */
    cas: readonly string[];
    certificate?: { pem: string; notAfter: number };
  };
  connected: boolean;
  assignmentSeq: number;
  /** Until when, and by whose word, installs wait. */
  deferral?: Deferred;
  trust: TrustView;
  lines: LineState[];
  outbox: Record<StreamClass, StreamCounts>;
  /** When the server was last heard since this agent started, ms. */
  lastContactAt?: number;
  /** What travelled this month, and what may. */
  link: ReturnType<LinkBudget['spent']>;
  counters: PredictionCounters & {
    blocksFetched: number;
    blocksFetchedTwice: number;
    blocksRefused: number;
    rowsRejected: number;
    rowsLost: number;
  };
  /** How archives did on the outcomes of this device, and what its detectors said. */
  drift: LocalDriftState[];
  siteCursor: number;
}

/** An activity of the site: what is planned, what happened, and what each model line said last. */
export interface ActivityView {
  activity: string;
  plan: Plan | undefined;
  outcome: Outcome | undefined;
  progress: Progress | undefined;
  /** Remarks, and what was said of the predictions; the newest first. */
  notes: SiteLogEntry[];
  feedback: SiteLogEntry[];
  /** Entries in force by field: whoever edits one says that this is what he saw. */
  standing: { plan?: string; outcome?: string; progress?: string };
  /** Edits made without knowing of each other: shown, never thrown away. */
  conflicts: SiteLogEntry[];
  predictions: StoredPrediction[];
  /** Of an open activity whose plan knows its network: what its prediction is expected to move, and its total float. */
  expectedEffectDays?: ExpectedEffect;
  float?: PlanNetwork['totalFloat'];
}

export function stateOf(rooms: Rooms): AgentState {
  const { site, device, mqttUrl, rootSha256 } = rooms.identity;
  const blocks = rooms.blocks.counts();
  const deferral = rooms.deferral.standing();
  const about = rooms.siteLog.about();
  return {
    identity: { site, ...(about && { about }), device, mqttUrl, rootSha256, ...connectionOf(rooms) },
    connected: rooms.channel.isOpen(),
    assignmentSeq: rooms.beliefs.seq(),
    ...(deferral && { deferral }),
    trust: rooms.beliefs.view(),
    lines: rooms.lines.models().map((model) => ({ ...model, running: runningOf(rooms, model.line) })),
    outbox: rooms.outbox.counts(),
    ...(rooms.contact.lastAt !== undefined && { lastContactAt: rooms.contact.lastAt }),
    link: rooms.linkBudget.spent(),
    counters: {
      ...structuredClone(rooms.counters),
      blocksFetched: blocks.received,
      blocksFetchedTwice: blocks.receivedTwice + rooms.losses.blocksRefetched,
      blocksRefused: blocks.refused,
      rowsRejected: rooms.uplink.rejected(),
      rowsLost: rooms.losses.rowsLost,
    },
    drift: rooms.localDrift.all(),
    siteCursor: rooms.siteLog.cursor(),
  };
}

function connectionOf({ credentials }: Rooms) {
  const { pem, notAfter } = credentials.identity().certificate;
  return { endpoints: credentials.endpoints(), cas: credentials.trust().cas, certificate: { pem, notAfter } };
}

/** What answers predictions, by the hash of the bytes that were loaded; the counter is the newest it stands under. */
export function runningOf(rooms: Rooms, line: string): ModelReport['running'] {
  const loaded = rooms.predictor.get(line);
  if (loaded === undefined) return undefined;
  const model = rooms.lines.get(line);
  const slot = model?.active && model.slots[model.active];
  const counter = slot?.sha256 === loaded.sha256 ? slot.counter : loaded.counter;
  return { sha256: loaded.sha256, version: loaded.version, counter };
}

/** The activities of the site, by what their predictions are expected to move; without floats in the order of the log. */
export function activitiesOf({ siteLog, predictions }: Pick<Rooms, 'siteLog' | 'predictions'>): ActivityView[] {
  const views = [...siteLog.states()].map(({ activity, plan, outcome, progress, note, feedback }) =>
    weigh({
      activity,
      plan: plan?.entry.field === 'plan' ? plan.entry.value : undefined,
      outcome: outcome?.entry.field === 'outcome' ? outcome.entry.value : undefined,
      progress: progress?.entry.field === 'progress' ? progress.entry.value : undefined,
      notes: note ?? [],
      feedback: feedback ?? [],
      standing: {
        ...(plan && { plan: plan.entry.id }),
        ...(outcome && { outcome: outcome.entry.id }),
        ...(progress && { progress: progress.entry.id }),
      },
      conflicts: [plan, outcome, progress].flatMap((field) => field?.conflicts ?? []),
      predictions: latestPerLine(predictions.of(activity)),
    }),
  );
  const ranked = views.map((view) => ({
    view,
    effectDays: view.expectedEffectDays?.workingDays,
    probability: probabilityOf(view),
  }));
  return rankByEffect(ranked).map(({ view }) => view);
}

/** An outcome that is known moves nothing any more. */
function weigh(view: ActivityView): ActivityView {
  const network = view.plan?.network;
  if (network === undefined) return view;
  const float = network.totalFloat;
  if (view.outcome !== undefined || view.predictions.length === 0) return { ...view, float };
  const delays = delayDistribution(probabilityOf(view), network.typicalDelayDays);
  return { ...view, float, expectedEffectDays: expectedEffect(delays, network) };
}

/** Of several model lines the one that warns most. */
function probabilityOf({ predictions }: ActivityView): number {
  return predictions.reduce((highest, { score }) => Math.max(highest, Math.min(1, score)), 0);
}

function latestPerLine(all: readonly StoredPrediction[]): StoredPrediction[] {
  const latest = new Map<string, StoredPrediction>();
  for (const one of all) if (one.at >= (latest.get(one.line)?.at ?? -Infinity)) latest.set(one.line, one);
  return [...latest.values()];
}
