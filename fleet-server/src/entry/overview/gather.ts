import { openAlerts, type Severity } from '../../insight/alerts/index.ts';
import { standingAlarms } from '../../insight/drift/index.ts';
import { countPredictionsSince } from '../../insight/telemetry/index.ts';
import { ACTIVE, listRollouts, type Rollout } from '../../delivery/rollouts/index.ts';
import { automationStop, type AutomationStop } from '../../learning/retraining/index.ts';
import type { Sites } from '../../platform/access/index.ts';
import type { ReadDb } from '../../platform/db/index.ts';
import { isFrozen, listPending, stateCounts, type DeviceState, type Freeze } from '../../sites/devices/index.ts';
import { listSites } from '../../sites/register/index.ts';
import { pendingApprovals } from '../../supply/models/index.ts';
import { standingsOf, type SiteStanding } from './site-standing.ts';

const DAY_MS = 86_400_000;

/** The fleet at a glance. Every figure is the count of something that a list shows in full. */
export interface Overview {
  at: number;
  devices: { total: number; byState: Record<DeviceState, number>; toApprove: number };
  sites: { total: number; byStanding: Record<SiteStanding, number> };
  predictions: { from: number; today: number };
  alerts: { open: number; unacknowledged: number; bySeverity: Record<Severity, number> };
  rollouts: RunningRollout[];
  drift: { line: string; version: string; findings: number; since: number }[];
  approvals: { models: { line: string; version: string | null; kind: string; createdAt: number }[]; rollouts: number };
  freeze: Freeze | null;
  automationStop: AutomationStop | null;
}

export type RunningRollout = Pick<Rollout, 'id' | 'name' | 'line' | 'version'> & {
  status: Rollout['state']['status'];
  /** From 0; -1 before the first opens. */
  stage: number;
  stages: number;
  stageName: string | null;
  stageStatus: Rollout['state']['stageStatus'];
  asks: boolean;
  since: number;
};

export interface Scope {
  /** Devices, sites, enrolments and predictions of these are counted. */
  sites: Sites;
  /** What else whoever asks may see. */
  seesAlert(alert: { subject: string; details: Record<string, unknown> }): Promise<boolean>;
  seesRollout(rollout: Rollout): boolean;
}

/** @param now ms */
export async function gatherOverview(db: ReadDb, now: number, scope: Scope): Promise<Overview> {
  const { sites } = scope;
  const isOurs = (site: string) => sites === 'all' || sites.includes(site);
  const counts = await stateCounts(db, sites);
  const byState = sumOf(counts.map(({ states }) => states));
  const standings = standingsOf(
    (await listSites(db)).filter(({ id }) => isOurs(id)),
    counts,
  );
  const from = Math.floor(now / DAY_MS) * DAY_MS;
  const rollouts = (await listRollouts(db, ACTIVE)).filter((rollout) => scope.seesRollout(rollout));
  const isWhole = sites === 'all';
  return {
    at: now,
    devices: {
      total: Object.values(byState).reduce((sum, each) => sum + each, 0),
      byState,
      toApprove: (await listPending(db)).filter(({ site }) => isOurs(site)).length,
    },
    sites: standings,
    predictions: { from, today: await countPredictionsSince(db, from, sites) },
    alerts: await openAlerts(db, scope.seesAlert),
    rollouts: rollouts.map(shown),
    drift: isWhole ? await standingAlarms(db) : [],
    approvals: {
      models: isWhole
        ? (await pendingApprovals(db)).map(({ line, version, kind, createdAt }) => ({ line, version, kind, createdAt }))
        : [],
      rollouts: rollouts.filter(({ state }) => state.status === 'awaiting-approval').length,
    },
    freeze: (await isFrozen(db)) ?? null,
    automationStop: (await automationStop(db)) ?? null,
  };
}

function shown({ id, name, line, version, plan, state }: Rollout): RunningRollout {
  const { status, stage, stageStatus, asks, since } = state;
  const stageName = plan.stages[stage]?.name ?? null;
  return { id, name, line, version, status, stage, stages: plan.stages.length, stageName, stageStatus, asks, since };
}

function sumOf(all: readonly Record<DeviceState, number>[]): Record<DeviceState, number> {
  const sum = { revoked: 0, quarantined: 0, 'never-seen': 0, offline: 0, failing: 0, online: 0 };
  for (const one of all) for (const state of Object.keys(sum) as DeviceState[]) sum[state] += one[state];
  return sum;
}
