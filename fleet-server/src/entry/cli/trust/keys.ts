import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import {
  addLineTo,
  askSigner,
  ceremonyText,
  createSet,
  KEY_ROLES,
  keysStatus,
  makeApproverKey,
  parsePublicKey,
  passphraseFrom,
  raiseFloorOf,
  registerApprover,
  renew,
  revokeKeyOf,
  rotateKey,
  socketPathOf,
  statusText,
  type Ceremony,
  type CeremonyResult,
  type KeyRole,
} from '../../../supply/keys/index.ts';
import type { Global } from '../connection.ts';
import { print } from '../output.ts';

interface Places {
  keys?: string;
  offline: string[];
  passphraseFile?: string;
  passphrase: boolean;
}

interface Numbers {
  out: string;
  roots: number;
  rootThreshold: number;
  targets: number;
  targetsThreshold: number;
  approvers: number;
  line: string[];
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('keys: make, look at, replace; most of it away from the server');
  const places = (name: string, description: string) =>
    protection(keys.command(name).description(description))
      .option('--keys <dir>', 'folder of the keys; STATE/keys when absent')
      .option('--offline <dir...>', 'further folders with private keys, as on a stick', []);

  protection(keys.command('init').description('make a whole set of keys and its first documents'))
    .requiredOption('--out <dir>', 'new folder; see docs/keys.md for what belongs where')
    .option('--roots <n>', 'root keys', count, 3)
    .option('--root-threshold <n>', 'how many of them must sign', count, 2)
    .option('--targets <n>', 'targets keys', count, 2)
    .option('--targets-threshold <n>', 'how many of them must sign', count, 2)
    .option('--approvers <n>', 'approver keys', count, 1)
    .option('--line <name...>', 'lines to delegate from the start', [])
    .action(async ({ out, line, ...numbers }: Numbers & Places, command: Command) => {
      const ceremony = ceremonyOf(command, { ...command.opts<Places>(), keys: out });
      show(await createSet(ceremony, { ...numbers, lines: line, development: false }), ceremony, command);
    });
  places('status', 'where every key lives, and how long the documents hold')
    .option('--socket <path>', 'socket of the signer; STATE/signer/signer.sock when absent')
    .action(async ({ socket }: { socket?: string }, command: Command) => {
      const { state, json } = command.optsWithGlobals<Global>();
      const socketPath = resolve(socket ?? socketPathOf(state));
      const ceremony = ceremonyOf(command);
      const status = await keysStatus(ceremony, Date.now(), await askSigner(socketPath));
      print(status, json, () => statusText(status));
    });
  places('add-line <name>', 'delegate a line, so that models of it can be released').action(
    async (name: string, _flags: unknown, command: Command) => {
      const ceremony = ceremonyOf(command);
      show(await addLineTo(ceremony, name), ceremony, command);
    },
  );
  places('rotate', 'put a new key in the place of an old one')
    .addArgument(new Argument('<role>').choices(KEY_ROLES))
    .argument('[key]', 'key id of the old one, where a role has several')
    .action(async (role: KeyRole, key: string | undefined, _flags: unknown, command: Command) => {
      const ceremony = ceremonyOf(command);
      show(await rotateKey(ceremony, role, key), ceremony, command);
    });
  places('revoke <key>', 'take a key out of every role that holds it').action(
    async (key: string, _flags: unknown, command: Command) => {
      const ceremony = ceremonyOf(command);
      show(await revokeKeyOf(ceremony, key), ceremony, command);
    },
  );
  places('renew', 'sign again for another year')
    .addArgument(new Argument('<document>').choices(['root', 'targets'] as const))
    .action(async (document: 'root' | 'targets', _flags: unknown, command: Command) => {
      const ceremony = ceremonyOf(command);
      show(await renew(ceremony, document), ceremony, command);
    });
  places('floor', 'no device may run a lower release of this line any more')
    .argument('<line>')
    .argument('<counter>', 'release counter', count)
    .action(async (line: string, counter: number, _flags: unknown, command: Command) => {
      const ceremony = ceremonyOf(command);
      show(await raiseFloorOf(ceremony, line, counter), ceremony, command);
    });
  const approver = keys.command('approver').description("approvers' keys");
  protection(approver.command('make').description('make an approver key on the machine of who approves'))
    .requiredOption('--out <file>', 'new key file; its public half is printed')
    .action(async ({ out }: { out: string }, command: Command) => {
      const ceremony = ceremonyOf(command);
      const made = await makeApproverKey(resolve(out), ceremony);
      print(made, command.optsWithGlobals<Global>().json, () => JSON.stringify(made.publicKey));
    });
  protection(approver.command('add').description("register a browser's or another person's approver key"))
    .option('--keys <dir>', 'folder of the keys; STATE/keys when absent')
    .option('--offline <dir...>', 'further folders with private keys, as on a stick', [])
    .requiredOption('--public <file>', 'public key as PEM or JSON')
    .requiredOption('--line <name>', 'line it may approve')
    .action(async (flags: { public: string; line: string }, command: Command) => {
      const ceremony = ceremonyOf(command);
      const key = parsePublicKey(await textOf(flags.public), flags.public);
      show(await registerApprover(ceremony, flags.line, key), ceremony, command);
    });
}

function protection(command: Command): Command {
  return command
    .option('--passphrase-file <file>', 'passphrase of the offline keys; or PLUMBLINE_PASSPHRASE, or asked for')
    .option('--no-passphrase', 'leave new offline keys unprotected');
}

function ceremonyOf(command: Command, flags: Places = command.opts<Places>()): Ceremony {
  const { state } = command.optsWithGlobals<Global>();
  return {
    folder: resolve(flags.keys ?? join(state, 'keys')),
    offline: (flags.offline ?? []).map((folder) => resolve(folder)),
    nowMs: Date.now(),
    protect: flags.passphrase,
    passphrase: passphraseFrom({
      file: flags.passphraseFile,
      given: process.env['PLUMBLINE_PASSPHRASE'],
      terminal: { input: process.stdin, output: process.stderr },
    }),
  };
}

function show(result: CeremonyResult, ceremony: Ceremony, command: Command): void {
  const { json } = command.optsWithGlobals<Global>();
  print({ folder: ceremony.folder, ...result }, json, () => ceremonyText(ceremony.folder, result));
}

function count(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('expected a whole number');
  return Number(value);
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CodedError('file_unreadable', `${path}: cannot be read`, { field: path, expected: 'a file', cause });
  });
}
