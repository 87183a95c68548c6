import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stopChild } from './services/child.ts';

/** Entry files behind the bins `plumbline` and `plumbline-agent`. */
export const CLI = {
  plumbline: fileURLToPath(new URL('../../fleet-server/src/entry/cli/main.ts', import.meta.url)),
  'plumbline-agent': fileURLToPath(new URL('../../agent/src/node/cli/main.ts', import.meta.url)),
};

/** The command of each that runs until it is ended. */
const LONG_RUNNING = { plumbline: 'server', 'plumbline-agent': 'run' };

/** A program of ours in a process of its own. */
export interface Program {
  /** What it said on standard output first, as JSON. */
  ready: unknown;
  pid: number;
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface ProgramOptions {
  /** Folder where compiled sources are kept; that of all tests when left out. */
  compiled?: string;
  /** Hears every line of its log, from the beginning. */
  onLogLine?: (line: string) => void;
  /** File to run instead of the sources; `bundleProgram` makes one. */
  main?: string;
  /** What its environment has beside ours. */
  environment?: Record<string, string>;
}

const living = new Set<ChildProcess>();
// A test run that ends early takes its programs with it.
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/**
 * Starts a program that runs until it is ended, and waits for its first line.
 * @throws Error with its log when it ends before
 */
export async function startProgram(
  bin: keyof typeof CLI,
  args: readonly string[],
  { compiled, onLogLine, main = CLI[bin], environment = {} }: ProgramOptions = {},
): Promise<Program> {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment, ...(compiled !== undefined && { NODE_COMPILE_CACHE: compiled }) },
  });
  living.add(child);
  child.once('exit', () => living.delete(child));
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    onLogLine?.(line);
  });
  const output = createInterface({ input: child.stdout });
  const first = await Promise.race([once(output, 'line'), once(child, 'exit')]);
  if (typeof first[0] !== 'string') throw new Error(`${bin} ended with ${String(first[0])}: ${log.join('\n')}`);
  return { ready: JSON.parse(first[0]), pid: child.pid ?? 0, end: (signal) => stopChild(child, signal) };
}

/** Keeps compiled sources for later starts: a program that is only ever killed never writes them down itself. */
export async function compile(bin: keyof typeof CLI, compiled?: string, main?: string): Promise<void> {
  await runProgram(bin, [LONG_RUNNING[bin], '--help'], compiled, main);
}

/** Runs a command of ours to its end. @returns what it said; never throws for an exit code */
export async function runProgram(
  bin: keyof typeof CLI,
  args: readonly string[],
  compiled?: string,
  main: string = CLI[bin],
): Promise<{ exitCode: number | null; out: string; err: string }> {
  const env = compiled === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: compiled };
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { exitCode: code, ...said };
}
