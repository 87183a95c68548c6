import { existsSync } from 'node:fs';
import type { Command } from 'commander';
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
import { describeStatus, shownState, type ShownState, type Status } from './describe-status.ts';
import { print } from './output.ts';
import { findRunningAgent } from './running-agent.ts';

/** `status`: asks the running agent; when none runs, reads what it left on disk. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('who this device is, what runs on it, what waits for the server, what the link carried')
    .addHelpText('after', '\nExit: 0 also when no agent runs; 4 this folder was never enrolled.')
    .action(async (_own: unknown, command: Command) => {
      const { json, ...flags } = command.optsWithGlobals<{ json: boolean; state?: string }>();
      const folder = openStateFolder(configOf(flags).stateFolder);
      const agent = await findRunningAgent(folder.address());
      const status: Status = agent
        ? { ...shownState.parse(await agent.ask('GET', '/v1/state')), running: true, url: agent.url }
        : { ...(await readFromDisk(folder)), running: false };
      print(status, json, () => describeStatus(status, Date.now()));
    });
}

async function readFromDisk(folder: StateFolder): Promise<ShownState> {
  if (!existsSync(folder.storeFile)) throw notEnrolled(folder);
  const store = openSqliteStore({ path: folder.storeFile, waitForLockMs: 1000 });
  try {
    const identity = await readIdentity(store);
    if (identity === undefined) throw notEnrolled(folder);
    const unreadable: string[] = [];
    const lines = await readAll(store, UPDATES, updateModel, (key) => void unreadable.push(key));
    const { site, device, mqttUrl, rootSha256 } = identity;
    const { last } = await openGenerations(store, pinnedRootOf(identity));
    const trust = trustViewOf(last, Date.now());
    return {
      identity: { site, device, mqttUrl, rootSha256 },
      connected: false,
      lines: lines.map(([, line]) => line),
      trust,
      ...(unreadable.length > 0 && { unreadable }),
    };
  } finally {
    await store.close();
  }
}

function notEnrolled({ path }: StateFolder): AgentError {
  return new AgentError('not_enrolled', `${path}: no device was enrolled here`, {
    kind: 'conflict',
    field: 'state',
    expected: 'the folder given to plumbline-agent enrol',
  });
}
