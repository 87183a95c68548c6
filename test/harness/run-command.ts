import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../fleet-server/src/entry/cli/main.ts', import.meta.url));
const run = promisify(execFile);
let runs = 0;

export interface Ended {
  code: number;
  out: string;
  err: string;
}

/**
 * What a shell makes of lines that call `plumbline`: variables, quotes and comments are its own work.
 * @returns the words of each call; a line of anything else is refused
 */
export async function wordsOf(lines: readonly string[], env: NodeJS.ProcessEnv): Promise<string[][]> {
  const heard = String.raw`plumbline() { printf '%s\0' "$@"; printf '\1'; }; npx() { "$@"; }`;
  const { stdout } = await run('bash', ['-c', `set -euo pipefail\n${heard}\n${lines.join('\n')}`], { env });
  const calls = stdout.split('\u0001').slice(0, -1);
  if (calls.length === lines.length) return calls.map((call) => call.split('\0').slice(0, -1));
  throw new Error(`${lines.length} lines made ${calls.length} calls of plumbline:\n${lines.join('\n')}`);
}

/** The command line as it is, within this process: a process of its own would load all of it each time. */
export async function runCommand(
  words: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Ended> {
  const said = { out: '', err: '' };
  const before = { argv: process.argv, cwd: process.cwd(), env: process.env };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text: string) => void (said.out += `${text}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text: string) => void (said.err += `${text}\n`)),
  ];
  try {
    process.argv = [process.execPath, MAIN, ...words];
    process.chdir(cwd);
    process.env = env;
    process.exitCode = undefined;
    await import(/* @vite-ignore */ `${MAIN}?run=${(runs += 1)}`);
    return { ...said, code: Number(process.exitCode ?? 0) };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.argv = before.argv;
    process.chdir(before.cwd);
    process.env = before.env;
    process.exitCode = undefined;
  }
}
