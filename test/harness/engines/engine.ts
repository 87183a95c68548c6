import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killTree } from '../services/process-tree.ts';

/** A browser that nobody drives: it opens an address, and the page that stands there does the rest. */
export interface Engine {
  name: EngineName;
  /** As it names itself: `Mozilla Firefox 153.7.0esr`. */
  version: string;
  /** How much one origin may store; absent: more than a test wants to fill. */
  roomBytes?: number;
  /** Starts it with this address on its profile; one that runs is killed first, so that every start follows a crash. */
  open(url: string): Promise<void>;
  /** Takes every process of it away without a word. */
  kill(): Promise<void>;
  /** The end of what it wrote on its standard error, for whoever looks for the reason of a failure. */
  said(): string;
  /** Kills it and removes its profile. */
  remove(): Promise<void>;
}

export type EngineName = 'chromium' | 'firefox' | 'webkitgtk';

export interface EngineOptions {
  /** Where an engine can be told, one origin may store this much. */
  roomBytes?: number;
  /** An authority whose certificates it believes. */
  caPem?: string;
}

/** How an engine is started on a profile that is its own. */
export interface Launch {
  command: string;
  args: string[];
  env?: Record<string, string>;
}

/** A temporary folder for everything one engine keeps. */
export const newProfile = (name: EngineName) => mkdtemp(join(tmpdir(), `plumbline-${name}-`));

/** @param release ends what was started beside the engine, such as its display */
export function engineOf(
  about: Pick<Engine, 'name' | 'version' | 'roomBytes'>,
  profile: string,
  launch: (url: string) => Launch,
  release: () => Promise<void> = async () => undefined,
): Engine {
  let child: ChildProcess | undefined;
  let said = '';
  // A test run that ends early takes its browsers with it.
  const endNow = () => child?.kill('SIGKILL');
  process.once('exit', endNow);
  const kill = async () => {
    const pid = child?.pid;
    child = undefined;
    if (pid !== undefined) await killTree(pid);
  };
  return {
    ...about,
    async open(url) {
      await kill();
      const { command, args, env } = launch(url);
      const started = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
      started.once('error', (error) => (said += String(error)));
      started.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-10_000)));
      child = started;
    },
    kill,
    said: () => said,
    async remove() {
      await kill();
      process.off('exit', endNow);
      await release();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
