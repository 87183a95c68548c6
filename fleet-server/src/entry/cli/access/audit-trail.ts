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
const TIMEOUT_MS = 10_000;

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
    .option('--head <file|url>', 'hold it against heads that were kept elsewhere, one or one a line')
    .option('--file <file>', 'of an export, without asking the server')
    .action(async (flags: { head?: string; file?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      // Most commands need nothing of the tables behind it.
      const { readHead, verifyPages } = await import('../../../platform/audit/index.ts');
      const heads = flags.head === undefined ? [] : (await headsOf(flags.head)).map((one) => readHead(one));
      const broken =
        flags.file === undefined
          ? (await (await connect(global)).post<{ broken: ChainBreak | null }>('/api/v1/audit/verify', { heads }))
              .broken
          : await verifyPages([await rowsOf(flags.file)], heads);
      if (broken !== null) process.exitCode = BROKEN_EXIT_CODE;
      const against = describeHeads(heads.map(({ id }) => id));
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

/** What a receiver or a file has kept: one head as JSON, or one a line. @throws CodedError `audit_head_malformed` */
async function headsOf(place: string): Promise<unknown[]> {
  const text = await textOf(place).catch(() => undefined);
  try {
    const lines = text?.split('\n').filter((line) => line.trim() !== '') ?? [];
    if (lines.length > 0) return lines.map((line) => JSON.parse(line) as unknown);
  } catch {
    // Said below, as for a file that is not there.
  }
  const expected = 'a file or an address with one head, or with one a line';
  throw new CodedError('audit_head_malformed', `${place}: no head`, { field: '--head', expected });
}

async function textOf(place: string): Promise<string> {
  if (!/^https?:\/\//.test(place)) return readFile(place, 'utf8');
  const response = await fetch(place, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return response.ok ? response.text() : '';
}

function describeHeads(ids: readonly number[]): string {
  if (ids.length === 0) return '; against no head: a cut end does not show';
  if (ids.length === 1) return `, against row ${ids[0]}`;
  return `, against ${ids.length} heads up to row ${Math.max(...ids)}`;
}
