import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import type { ChainBreak, SignedHead } from '../../../platform/audit/index.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';

/** A chain that does not hold, as a refusal of any command. */
const BROKEN_EXIT_CODE = 4;

const SAID: Record<ChainBreak['reason'], string> = {
  missing: 'rows before it were deleted',
  unlinked: 'it does not follow from the row before',
  edited: 'its content does not give its hash',
  'not-the-known-head': 'it is not what the head says: the end was cut off, or the chain was written anew',
};

/** `plumbline audit export | head | verify`: the trail, kept elsewhere and held against what was kept. */
export function addAuditTrail(audit: Command): void {
  audit
    .command('export <file>')
    .description(
      'every row, one a line; with --head the signed head beside it, to be kept where the server cannot write',
    )
    .option('--head <file>', 'write the head here')
    .action(async (file: string, flags: { head?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      // Before the rows: what is appended meanwhile is in the export and not in the head, never the other way round.
      const head = await client.get<SignedHead>('/api/v1/audit/head');
      await pipeline(
        Readable.from(await client.stream('/api/v1/audit/export')),
        createWriteStream(file, { mode: 0o600 }),
      );
      if (flags.head !== undefined) await writeFile(flags.head, `${JSON.stringify(head)}\n`);
      print({ file, head }, global.json, () => `${file}; the head is row ${head.id}, ${head.hash}`);
    });
  audit
    .command('head')
    .description('the newest link of the chain, signed by the server, as JSON')
    .action(async (_flags: unknown, command: Command) => {
      const head = await (await connect(command.optsWithGlobals<Global>())).get<SignedHead>('/api/v1/audit/head');
      console.log(JSON.stringify(head));
    });
  audit
    .command('verify')
    .description('walk the chain of the server, or of an export; exit 4 names the first row that does not hold')
    .option('--head <file>', 'hold it against a head that was kept elsewhere')
    .option('--file <file>', 'of an export, without asking the server')
    .action(async (flags: { head?: string; file?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      // Most commands need nothing of the tables behind it.
      const { readHead, verifyPages } = await import('../../../platform/audit/index.ts');
      const head = flags.head === undefined ? undefined : readHead(await jsonOf(flags.head));
      const broken =
        flags.file === undefined
          ? (await (await connect(global)).post<{ broken: ChainBreak | null }>('/api/v1/audit/verify', { head })).broken
          : await verifyPages([await rowsOf(flags.file)], head);
      if (broken !== null) process.exitCode = BROKEN_EXIT_CODE;
      const against = head === undefined ? '; against no head: a cut end does not show' : `, against row ${head.id}`;
      print({ broken }, global.json, () =>
        broken === null ? `the chain holds${against}` : `row ${broken.id}: ${SAID[broken.reason]}`,
      );
    });
}

async function rowsOf(file: string) {
  const { readLine } = await import('../../../platform/audit/index.ts');
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line, index) => readLine(line, index + 1));
}

async function jsonOf(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  try {
    if (text !== undefined) return JSON.parse(text) as unknown;
  } catch {
    // Said below, as for a file that is not there.
  }
  throw new CodedError('audit_head_malformed', `${file}: no head`, { field: '--head', expected: 'a file with a head' });
}
