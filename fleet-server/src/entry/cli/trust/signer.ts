import { join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { passphraseFrom, runSigner, socketPathOf } from '../../../supply/keys/index.ts';
import type { Global } from '../connection.ts';

interface Flags {
  keys?: string;
  socket?: string;
  group: boolean;
  withParent: boolean;
  passphraseFile?: string;
}

export function addSigner(program: Command): void {
  program
    .command('signer')
    .description('hold the online keys in a process of their own; the server asks it over a local socket')
    .option('--keys <dir>', 'folder of the keys; STATE/keys when absent')
    .option('--socket <path>', 'Unix socket to answer on; STATE/signer/signer.sock when absent', notEmpty)
    .option('--group', 'let the group of the socket in too, for a server that runs as another user', false)
    .option('--with-parent', 'end when standard input ends', false)
    .option('--passphrase-file <file>', 'opens protected key files; or PLUMBLINE_PASSPHRASE')
    .action(async (flags: Flags, command: Command) => {
      const { state, json } = command.optsWithGlobals<Global>();
      const keysFolder = resolve(flags.keys ?? join(state, 'keys'));
      const socketPath = resolve(flags.socket ?? socketPathOf(state));
      await runSigner({
        keysFolder,
        socketPath,
        group: flags.group,
        withParent: flags.withParent,
        passphrase: passphraseFrom({ file: flags.passphraseFile, given: process.env['PLUMBLINE_PASSPHRASE'] }),
        ready: () => console.log(json ? JSON.stringify({ socket: socketPath }) : `signer: answers on ${socketPath}`),
      });
    });
}

function notEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('expected a path');
  return value;
}
