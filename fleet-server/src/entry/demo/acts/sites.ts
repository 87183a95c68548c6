import { join } from 'node:path';
import { appendEntries } from '../../../sites/activities/index.ts';
import { createToken } from '../../../sites/devices/index.ts';
import type { SiteLogEntry } from '@plumbline/shared/activity';
import { enrolAgent, startAgent, type AgentSetup } from '../agent-process.ts';
import type { Stage } from '../stage.ts';
import { eventually, forEach } from '../stage.ts';

const CANARIES = 2;
const HOUR_MS = 3_600_000;

/** Head office sends each site what is planned there, as entries of its log. */
export async function planSites(stage: Stage): Promise<number> {
  const { database } = stage.server.fleet;
  let entries = 0;
  for (const site of stage.plan.sites) {
    const own = stage.plan.future.filter((example) => example.site === site);
    const log = own.map((example): SiteLogEntry => ({
      id: `plan:${example.ref}`.slice(0, 128),
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

/** Enrols and starts one agent per site, each in a process and folder of its own; the first ones are the canaries. */
export async function startAgents(stage: Stage, stateDir: string): Promise<void> {
  const { fleet } = stage.server;
  const setups: { setup: AgentSetup; tags: string[] }[] = stage.plan.sites.map((site, i) => ({
    setup: {
      stateDir: join(stateDir, 'agents', site),
      site,
      device: `gateway-${site}`.slice(0, 64),
      profile: process.arch === 'arm64' ? 'linux-arm64-gateway' : 'linux-x64-dev',
      now: stage.clock.now(),
      flags:
        stage.options.inject === 'double-send' || stage.options.inject === 'skip-fsync'
          ? ['--inject', stage.options.inject]
          : [],
    },
    tags: i < CANARIES ? ['gateway', 'canary'] : ['gateway'],
  }));
  await forEach(setups, 3, async ({ setup, tags }) => {
    const token = { site: setup.site, device: setup.device, tags, lifetimeMs: HOUR_MS };
    const deps = { ...fleet, rootSha256: fleet.keys.rootSha256 };
    const { code } = await createToken(deps, 'user:operator', token);
    await enrolAgent(setup, code);
    stage.agents.push(await startAgent(setup));
  });
  stage.agents.sort((a, b) => (a.device < b.device ? -1 : 1));
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
