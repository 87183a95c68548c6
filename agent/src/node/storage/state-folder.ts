import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@plumbline/shared/errors';
import { z } from 'zod';
import { NodeAgentError } from '../errors.ts';

/** Everything an agent keeps lies in one folder; nobody else knows the names in it. */
export interface StateFolder {
  path: string;
  storeFile: string;
  filesFolder: string;
  deviceKeyFile: string;
  /** Firmware profile chosen at enrolment; undefined: to be detected. */
  profile(): string | undefined;
  setProfile(id: string): void;
  /** Where the running agent listens; what a killed agent left behind is still there. */
  address(): AgentAddress | undefined;
  setAddress(address: AgentAddress | undefined): void;
  /** The private key is gone for good, also after a power cut. */
  eraseKey(): void;
  /** Nothing of an agent is left; its store must be closed. What the disk itself keeps of deleted files is not ours to reach. */
  erase(): void;
}

const agentAddress = z.strictObject({ url: z.url(), site: z.string(), device: z.string() });
export type AgentAddress = z.infer<typeof agentAddress>;

/** @throws NodeAgentError `state_unwritable`, naming the folder */
export function openStateFolder(folder: string): StateFolder {
  const path = makeFolder(folder);
  const profileFile = join(path, 'profile');
  const addressFile = join(path, 'address.json');
  return {
    path,
    storeFile: join(path, 'agent.sqlite'),
    filesFolder: join(path, 'files'),
    deviceKeyFile: join(path, 'device.key'),
    profile: () => readText(profileFile)?.trim(),
    setProfile: (id) => replaceFile(profileFile, `${id}\n`),
    address() {
      const parsed = agentAddress.safeParse(jsonOf(readText(addressFile)));
      return parsed.success ? parsed.data : undefined;
    },
    setAddress(address) {
      if (address === undefined) rmSync(addressFile, { force: true });
      // Not synced: after a power cut nobody listens there any more.
      else replaceFile(addressFile, JSON.stringify(address), false);
    },
    eraseKey() {
      rmSync(join(path, 'device.key'), { force: true });
      syncFolder(path);
    },
    erase() {
      for (const name of ['device.key', 'profile', 'address.json', ...STORE_FILES])
        rmSync(join(path, name), { force: true });
      rmSync(join(path, 'files'), { recursive: true, force: true });
      syncFolder(path);
    },
  };
}

function makeFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(folder);
  } catch (cause) {
    throw new NodeAgentError('state_unwritable', `${folder}: ${messageOf(cause)}`, {
      kind: 'unavailable',
      field: 'state',
      expected: 'a folder this user may write',
      cause,
    });
  }
}

/** One database: the file, its log and the index of the log. */
const STORE_FILES = ['agent.sqlite', 'agent.sqlite-wal', 'agent.sqlite-shm'];

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The new content appears at once; an old one is never half overwritten. */
function replaceFile(path: string, text: string, flush = true): void {
  const draft = `${path}.new`;
  writeFileSync(draft, text, { mode: 0o600, flush });
  renameSync(draft, path);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
