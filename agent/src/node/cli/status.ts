import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { AgentError, readIdentity } from '../../index.ts';
import { pinnedRootOf } from '../../identity.ts';
import { readAll } from '../../store/json.ts';
import { UPDATES } from '../../store/keys.ts';
import { openGenerations } from '../../trust/generations.ts';
import { trustViewOf } from '../../trust/trust-view.ts';
import { updateModel } from '../../update/model.ts';
import { configOf } from '../config.ts';
import { openSqliteStore } from '../storage/sqlite-store.ts';
import { openStateFolder, type StateFolder } from '../storage/state-folder.ts';
import { print, table } from './output.ts';
import { findRunningAgent } from './running-agent.ts';

/** The part of the state that a table shows; the rest passes through to `--json`. */
const shown = z.looseObject({
  identity: z.looseObject({ site: z.string(), device: z.string() }),
  connected: z.boolean().default(false),
  lines: z.array(updateModel.loose()),
  outbox: z.record(z.string(), z.looseObject({ waiting: z.number() })).optional(),
  trust: z.looseObject({
    documents: z.array(z.looseObject({ role: z.string(), version: z.number(), expires: z.string() })),
    stale: z.looseObject({ role: z.string(), expires: z.string() }).optional(),
    development: z.boolean(),
    clockSuspect: z.boolean(),
  }),
});

type Status = z.infer<typeof shown> & { running: boolean; url?: string };

/** `status`: asks the running agent; when none runs, reads what it left on disk. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('who this device is, what runs on it, what waits for the server')
    .action(async (_own: unknown, command: Command) => {
      const { json, ...flags } = command.optsWithGlobals<{ json: boolean; state?: string }>();
      const folder = openStateFolder(configOf(flags).stateFolder);
      const agent = await findRunningAgent(folder.address());
      const status: Status = agent
        ? { ...shown.parse(await agent.ask('GET', '/v1/state')), running: true, url: agent.url }
        : { ...(await readFromDisk(folder)), running: false };
      print(status, json, () => describe(status));
    });
}

async function readFromDisk(folder: StateFolder): Promise<z.infer<typeof shown>> {
  if (!existsSync(folder.storeFile)) throw notEnrolled(folder);
  const store = openSqliteStore({ path: folder.storeFile, waitForLockMs: 1000 });
  try {
    const identity = await readIdentity(store);
    if (identity === undefined) throw notEnrolled(folder);
    const lines = (await readAll(store, UPDATES, updateModel)).map(([, line]) => line);
    const { site, device, mqttUrl, rootSha256 } = identity;
    const { last } = await openGenerations(store, pinnedRootOf(identity));
    const trust = trustViewOf(last, Date.now());
    return { identity: { site, device, mqttUrl, rootSha256 }, connected: false, lines, trust };
  } finally {
    await store.close();
  }
}

function describe({ identity, running, url, connected, lines, outbox, trust }: Status): string {
  const connection = connected ? 'connected' : 'not connected';
  const waiting = Object.values(outbox ?? {}).reduce((sum, stream) => sum + stream.waiting, 0);
  const head = `${identity.site}/${identity.device}: ${running ? `running on ${url}, ${connection}` : 'not running'}`;
  const models = table(
    ['model', 'state', 'version', 'counter', 'proof', 'reason'],
    lines.map(({ line, state, active, slots, proof, reason }) => {
      const slot = active && slots[active];
      return [line, state, slot?.version, slot?.counter, proof, reason];
    }),
  );
  return [
    ...(trust.development ? [DEVELOPMENT] : []),
    head,
    ...(outbox ? [`${waiting} rows wait for the server`] : []),
    lines.length > 0 ? models : 'no models',
    describeTrust(trust),
  ].join('\n');
}

const DEVELOPMENT = '*** DEVELOPMENT KEYS: whoever has the folder of the fleet has the fleet. Not for a site. ***';

function describeTrust({ documents, stale, clockSuspect }: Status['trust']): string {
  const rows = documents.map(({ role, version, expires }) => [role, version, expires]);
  return [
    table(['trust', 'version', 'expires'], rows),
    ...(stale ? [`${stale.role} expired ${stale.expires}: nothing is installed until a fresh one comes`] : []),
    ...(clockSuspect ? ['the clock is behind signed time'] : []),
  ].join('\n');
}

function notEnrolled({ path }: StateFolder): AgentError {
  return new AgentError('not_enrolled', `${path}: no device was enrolled here`, {
    kind: 'conflict',
    field: 'state',
    expected: 'the folder given to plumbline-agent enrol',
  });
}
