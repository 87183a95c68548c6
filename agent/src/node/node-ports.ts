import { detect, resolveProfile, type Profile } from '@plumbline/firmware-profiles';
import type { Ports } from '../ports/index.ts';
import type { NodeConfig } from './config.ts';
import { NodeAgentError } from './errors.ts';
import { doubleSend, skipFsync } from './inject.ts';
import { createMqttLink } from './link/mqtt-link.ts';
import { secureFetchBy } from './link/secure-fetch.ts';
import { chooseEngine, createInference, type ChosenEngine } from './models/engine.ts';
import { createProcessTrial } from './models/process-trial.ts';
import { deviceFacts } from './platform/device-facts.ts';
import { loadDeviceKey } from './platform/device-key.ts';
import { createDrivenClock, type DrivenClock } from './platform/driven-clock.ts';
import { createNodeClock } from './platform/node-clock.ts';
import { createNodeCrypto } from './platform/node-crypto.ts';
import { createNodeHost } from './platform/node-host.ts';
import { createNodeRandom } from './platform/node-random.ts';
import { createNodeStopwatch } from './platform/node-stopwatch.ts';
import { openDirectoryFiles } from './storage/directory-files.ts';
import { openSqliteStore } from './storage/sqlite-store.ts';
import { openStateFolder, type StateFolder } from './storage/state-folder.ts';

export interface NodePorts extends AsyncDisposable {
  ports: Ports;
  folder: StateFolder;
  /** The clock, when it is driven from outside. */
  driven: DrivenClock | undefined;
  /** What loads models here, and why where it is not what the profile names. */
  runtime: ChosenEngine;
  /** HTTP that judges a server as the link does. */
  secureFetch: ReturnType<typeof secureFetchBy>;
}

type NodePortsConfig = Pick<NodeConfig, 'stateFolder' | 'clock' | 'inject'> &
  Partial<Pick<NodeConfig, 'proxy' | 'development' | 'profile'>>;

/**
 * Everything an agent needs of a gateway, opened in its state folder; disposing closes it.
 * @throws NodeAgentError `state_unwritable`, `runtime_missing`; StoreError `store_unavailable` when another agent holds the folder
 */
export async function openNodePorts(config: NodePortsConfig): Promise<NodePorts> {
  const folder = openStateFolder(config.stateFolder);
  const driven = config.clock.kind === 'driven' ? createDrivenClock(config.clock.now) : undefined;
  const clock = driven ?? createNodeClock();
  const disk = openSqliteStore({ path: folder.storeFile });
  const store = config.inject.includes('skip-fsync') ? await skipFsync(disk, clock) : disk;
  const { proxy, development = false } = config;
  const deviceKey = () => loadDeviceKey(folder.deviceKeyFile);
  // The server's certificate lives in real time, also while a replay drives the clock of everything else.
  const profile = knownProfile(config.profile ?? folder.profile());
  const link = createMqttLink({ deviceKey, proxy, development, keepaliveS: keepaliveOf(profile) });
  const runtime = chooseEngine(profile?.runtime.engine ?? 'onnxruntime-node');
  const trial = createProcessTrial(runtime.engine);
  return {
    folder,
    driven,
    runtime,
    secureFetch: secureFetchBy({ proxy, development }),
    ports: {
      clock,
      random: createNodeRandom(),
      crypto: createNodeCrypto(folder.deviceKeyFile),
      store,
      files: openDirectoryFiles(folder.filesFolder),
      link: config.inject.includes('double-send') ? doubleSend(link) : link,
      inference: createInference(runtime.engine),
      trial,
      host: createNodeHost(folder.filesFolder),
      stopwatch: createNodeStopwatch(),
    },
    async [Symbol.asyncDispose]() {
      await trial.close();
      await store.close();
    },
  };
}

/** Before enrolment none may be known. */
function knownProfile(id: string | undefined): Profile | undefined {
  return id === undefined ? undefined : resolveProfile(id);
}

/**
 * Seconds of silence before a ping. On a mobile link one a minute is most of what an idle month costs; see
 * `shared/docs/gateway.md`. Four minutes are our choice: RFC 5382 asks two hours of whoever translates addresses, and
 * those that give less mostly give five minutes. A dead connection is noticed that much later.
 */
function keepaliveOf(profile: Profile | undefined): number {
  return profile?.link.kind === 'lte' ? 240 : 60;
}

/**
 * The firmware profile: the one asked for, else the one of the enrolment, else what the machine looks like.
 * @throws ProfileError `profile_unknown`; NodeAgentError `profile_undetected`
 */
export function profileOf(folder: StateFolder, asked: string | undefined): Profile {
  const known = asked ?? folder.profile();
  if (known !== undefined) return resolveProfile(known);
  const { profile, reason } = detect(deviceFacts());
  if (profile !== undefined) return resolveProfile(profile);
  throw new NodeAgentError('profile_undetected', reason, {
    kind: 'refused',
    field: 'profile',
    expected: '--profile with the id of a firmware profile',
  });
}
