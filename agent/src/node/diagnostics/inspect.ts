import { readdir, stat } from 'node:fs/promises';
import { arch, cpus, loadavg, release, totalmem, uptime } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../index.ts';
import { checkClock } from '../doctor/check-clock.ts';
import { checkFolder } from '../doctor/check-folder.ts';
import { checkMachine } from '../doctor/check-machine.ts';
import type { ProblemCount } from '../platform/log.ts';
import type { ChosenEngine } from '../models/engine.ts';
import type { StateFolder } from '../storage/state-folder.ts';
import type { Profile } from '@plumbline/firmware-profiles';

export interface InspectDeps {
  folder: StateFolder;
  clock: Clock;
  profile: Profile;
  runtime: ChosenEngine;
  problems: () => ProblemCount[];
  timeFloor: () => number;
}

/** Files of a state folder that are listed; a folder full of something else must not fill the answer. */
const MAX_FILES = 200;

/** What a gateway knows of itself beside the state of its agent, by section. The core redacts it before it leaves. */
export async function inspectNode(deps: InspectDeps): Promise<Record<string, unknown>> {
  const { folder, clock, profile, runtime, problems, timeFloor } = deps;
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    versions: {
      node: process.version,
      sqlite: process.versions['sqlite'],
      kernel: release(),
      engine: runtime.engine,
      ...(runtime.because !== undefined && { because: runtime.because }),
    },
    machine: {
      arch: arch(),
      cpus: cpus().length,
      memoryBytes: totalmem(),
      load: loadavg(),
      upSeconds: Math.round(uptime()),
      processUpSeconds: Math.round(process.uptime()),
    },
    memory: { rssBytes: rss, heapUsedBytes: heapUsed, externalBytes: external },
    files: await sizesOf(folder.path),
    doctor: [checkFolder(folder.path), ...checkMachine(profile), checkClock(clock.now(), timeFloor(), [])],
    problems: problems(),
  };
}

async function sizesOf(folder: string): Promise<Record<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).slice(0, MAX_FILES);
  const sizes = files.map(async (entry): Promise<[string, number]> => {
    const path = join(entry.parentPath, entry.name);
    // A file may go between being listed and being looked at.
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    return [path.slice(folder.length + 1), size];
  });
  return Object.fromEntries(await Promise.all(sizes));
}
