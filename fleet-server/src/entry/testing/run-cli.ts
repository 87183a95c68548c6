import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { describeError, exitCodeOf } from '../cli/output.ts';
import { createHttpApp } from '../http/index.ts';
import { serveApp } from './serve-app.ts';
import type { SmallFleet } from './small-fleet.ts';

/** What a command printed and how it ended, as `main` does it. */
export interface Ran {
  code: number;
  out: string;
  /** The error as JSON. */
  error: { code: string; field?: string; expected?: string; message: string } | undefined;
}

export interface ServedCli {
  url: string;
  /** `plumbline --state FOLDER …` against a real listener. */
  run(...words: string[]): Promise<Ran>;
  /** With `--json`; fails where the command does. */
  json<T>(...words: string[]): Promise<T>;
  close(): Promise<void>;
}

/** The commands of a small fleet whose application listens on loopback. */
export async function serveCli(small: SmallFleet, commands: ((program: Command) => void)[]): Promise<ServedCli> {
  const http = await serveApp(createHttpApp(small.fleet));
  await writeFile(join(small.folder, 'operator.token'), `${small.fleet.operatorToken}\n`);
  const at = { url: http.url, mqttUrl: small.fleet.mqttUrl, pid: process.pid };
  await writeFile(join(small.folder, 'server.json'), JSON.stringify(at));
  const run = async (...words: string[]): Promise<Ran> => {
    const program = new Command('plumbline').exitOverride().configureOutput({ writeErr: () => undefined });
    program.option('--state <dir>').option('--as <token>').option('--json', '', false);
    for (const add of commands) add(program);
    const printed: string[] = [];
    const { log } = console;
    console.log = (text: string) => void printed.push(text);
    try {
      await program.parseAsync(['--state', small.folder, ...words], { from: 'user' });
      return { code: Number(process.exitCode ?? 0), out: printed.join('\n'), error: undefined };
    } catch (error) {
      const isUsage = error instanceof CommanderError;
      const said = isUsage ? { error: { code: error.code, message: error.message } } : describeError(error, true);
      const told = (typeof said === 'string' ? JSON.parse(said) : said) as { error: NonNullable<Ran['error']> };
      return { code: isUsage ? 2 : exitCodeOf(error), out: printed.join('\n'), error: told.error };
    } finally {
      console.log = log;
      process.exitCode = undefined;
    }
  };
  return {
    url: http.url,
    run,
    async json<T>(...words: string[]) {
      const { out, error } = await run('--json', ...words);
      if (error !== undefined) throw new Error(JSON.stringify(error));
      return JSON.parse(out) as T;
    },
    close: () => http.close(),
  };
}
