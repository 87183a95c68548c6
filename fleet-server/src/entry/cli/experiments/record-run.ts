import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { CodedError } from '@plumbline/shared/errors';
import type { Global } from '../connection.ts';
import { print } from '../output.ts';
import { parseTags } from './parse-tags.ts';
import { postRun, RUN_FILE, type WrittenRun } from './post-run.ts';

interface Flags {
  from: string;
  experiment: string;
  tag?: string[];
}

/** What this command needs to know; the rest is the server's to judge. */
const written = z.looseObject({
  kind: z.literal('train'),
  files: z.array(z.strictObject({ name: z.string().refine((name) => basename(name) === name), mediaType: z.string() })),
});

export function addRunsRecord(runs: Command): void {
  runs
    .command('record')
    .description('write a training down that `plumbline train --out` has left in a folder')
    .requiredOption('--from <dir>', 'the folder')
    .requiredOption('--experiment <name>', 'what it is part of: runs of one experiment are compared')
    .option('--tag <key=value...>', 'for people')
    .action(async ({ from, experiment, tag = [] }: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const folder = resolve(from);
      const tags = Object.fromEntries(Object.entries(parseTags(tag)).filter(([, value]) => value !== null));
      const run = await postRun(
        global,
        experiment,
        await readRunFile(folder),
        (name) => read(join(folder, name)),
        tags as Record<string, string>,
      );
      print(run, global.json, () => `${run.id} of ${experiment}`);
    });
}

async function readRunFile(folder: string): Promise<WrittenRun> {
  const path = join(folder, RUN_FILE);
  const text = new TextDecoder().decode(await read(path));
  try {
    return written.parse(JSON.parse(text)) as unknown as WrittenRun;
  } catch (cause) {
    throw unreadable(path, 'is not what `plumbline train --out` writes', `${RUN_FILE} as it was written`, cause);
  }
}

async function read(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw unreadable(path, 'cannot be read', 'a folder that `plumbline train --out` has written', cause);
  });
}

function unreadable(path: string, what: string, expected: string, cause: unknown): CodedError {
  return new CodedError('file_unreadable', `${path} ${what}`, { field: 'from', expected, cause });
}
