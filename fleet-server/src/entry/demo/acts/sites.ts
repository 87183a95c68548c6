import { join } from 'node:path';
import { appendEntries } from '../../../sites/activities/index.ts';
import { sha256Hex, utf8 } from '@plumbline/shared/trust';
import { assignRelease, createToken } from '../../../sites/devices/index.ts';
import type { SiteLogEntry } from '@plumbline/shared/activity';
import { enrolAgent, startAgent, type AgentProcess, type AgentSetup } from '../agent-process.ts';
import { tokenDeps } from '../../token-deps.ts';
import type { Stage } from '../stage.ts';
import { eventually, forEach } from '../stage.ts';

const CANARIES = 2;
const HOUR_MS = 3_600_000;
const JOIN_MS = 60_000;
const OPERATOR = 'user:operator';

/** Head office sends each site what is planned there, as entries of its log. */
export async function planSites(stage: Stage): Promise<number> {
  const { database } = stage.server.fleet;
  let entries = 0;
  for (const site of stage.plan.sites) {
    const own = stage.plan.future.filter((example) => example.site === site);
    const log = own.map((example): SiteLogEntry => ({
      id: `plan:${sha256Hex(utf8(example.ref))}`,
      activity: example.ref,
      base: null,
      actor: 'head-office',
      at: example.startAt,
      field: 'plan',
      value: { startAt: example.startAt, dueAt: example.knownAt, group: example.group, values: example.values },
    }));
    entries += await database.transaction((tx) => appendEntries(tx, site, log));
  }
  return entries;
}

/** Sites where something has begun and that have no gateway yet. */
function sitesToOpen(stage: Stage): string[] {
  const running = new Set(stage.agents.map((agent) => agent.site));
  const begun = stage.plan.future.filter((example) => example.startAt <= stage.clock.now());
  const sites = new Set(begun.map((example) => example.site));
  return stage.plan.sites.filter((site) => sites.has(site) && !running.has(site));
}

/**
 * A site gets its gateway when its first activity begins: enrolled and started in a process and folder of its own. The
 * first ones are the canaries. @returns the agents that are new
 */
export async function openSites(stage: Stage): Promise<AgentProcess[]> {
  const { fleet } = stage.server;
  const before = stage.agents.length;
  const fresh: AgentProcess[] = [];
  const setups = sitesToOpen(stage).map((site, i) => ({
    setup: setupOf(stage, site),
    tags: before + i < CANARIES ? ['gateway', 'canary'] : ['gateway'],
  }));
  await forEach(setups, 3, async ({ setup, tags }) => {
    const token = { site: setup.site, device: setup.device, tags, lifetimeMs: HOUR_MS };
    const { code } = await createToken(await tokenDeps(fleet), OPERATOR, token);
    await enrolAgent(setup, code);
    fresh.push(await startAgent(setup));
  });
  stage.agents.push(...fresh);
  stage.agents.sort((a, b) => (a.device < b.device ? -1 : 1));
  return fresh;
}

/** New sites get the release in force at once, outside any rollout. */
export async function joinSites(stage: Stage, version: string): Promise<void> {
  const { fleet } = stage.server;
  const fresh = await openSites(stage);
  if (fresh.length === 0) return;
  for (const { device } of fresh) {
    const order = { device, line: stage.line, version, cause: 'direct' };
    await fleet.database.transaction((tx) => assignRelease(tx, fleet, OPERATOR, order));
  }
  const runs = async () => {
    const views = await Promise.all(fresh.map(viewOf));
    return views.every(({ lines }) => lines.some((line) => line.running?.version === version));
  };
  const names = fresh.map((agent) => agent.site).join(', ');
  stage.teller.claim(`${names} joined and run ${version}`, await eventually(runs, JOIN_MS));
}

function setupOf(stage: Stage, site: string): AgentSetup {
  const { inject } = stage.options;
  return {
    stateDir: join(stage.stateDir, 'agents', site),
    site,
    device: `gateway-${site}`,
    profile: process.arch === 'arm64' ? 'linux-arm64-gateway' : 'linux-x64-dev',
    now: stage.clock.now(),
    flags: inject === 'double-send' || inject === 'skip-fsync' ? ['--inject', inject] : [],
  };
}

interface AgentView {
  connected: boolean;
  lines: { line: string; state: string; running?: { sha256: string; version: string; counter: number } }[];
  outbox: Record<string, { stream: string; waiting: number; lastSeq: number }>;
  counters: Record<string, unknown>;
}

export async function viewOf(agent: Stage['agents'][number]): Promise<AgentView> {
  return agent.get<AgentView>('/v1/state');
}

export async function waiting(stage: Stage): Promise<number> {
  let total = 0;
  for (const agent of stage.agents) {
    for (const one of Object.values((await viewOf(agent)).outbox)) total += one.waiting;
  }
  return total;
}

/** Until every agent has had everything acknowledged. */
export async function drained(stage: Stage, timeoutMs: number): Promise<boolean> {
  return eventually(async () => (await waiting(stage)) === 0, timeoutMs);
}
