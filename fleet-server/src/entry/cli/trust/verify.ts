import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import type { PublicKey } from '@plumbline/shared/trust';
import { builderKeysOf, parsePublicKey, verifyBundle, type BundleVerdict } from '../../../supply/keys/index.ts';
import type { Global } from '../connection.ts';
import { print } from '../output.ts';

interface Flags {
  repository?: string;
  rootSha256?: string;
  key: string[];
}

export function addVerify(program: Command): void {
  program
    .command('verify <bundle>')
    .description(
      'judge a bundle without a network: files, manifest, seal, and with --repository whether it is in force',
    )
    .option('--repository <dir>', 'a repository as published: metadata/ and targets/')
    .option('--root-sha256 <hex>', 'what the oldest root of the repository must hash to', hash)
    .option('--key <file...>', "builders' public keys for the seal; those of STATE/keys when absent", [])
    .action(async (path: string, flags: Flags, command: Command) => {
      const { state, json } = command.optsWithGlobals<Global>();
      if (flags.rootSha256 !== undefined && flags.repository === undefined) {
        throw new CodedError('config_invalid', '--root-sha256 pins a repository', { field: '--repository' });
      }
      const { repository, rootSha256 } = flags;
      const verdict = await verifyBundle(await bytesOf(path), {
        nowMs: Date.now(),
        repository: repository === undefined ? undefined : { folder: resolve(repository), rootSha256 },
        sealKeys: repository === undefined ? await keysFor(flags.key, join(resolve(state), 'keys')) : () => [],
      });
      print(verdict, json, () => sentences(verdict));
    });
}

/** Keys that were named, or the builders of each line by the documents of this machine. */
async function keysFor(files: string[], keysFolder: string): Promise<(line: string) => PublicKey[]> {
  if (files.length === 0) return builderKeysOf(keysFolder);
  const keys: PublicKey[] = [];
  for (const file of files) keys.push(parsePublicKey(new TextDecoder().decode(await bytesOf(file)), file));
  return () => keys;
}

function sentences({ release, ...verdict }: BundleVerdict): string {
  const pinned = release?.root.pinned === true ? 'pinned' : 'NOT pinned: anybody could have made this repository';
  return [
    `${verdict.line}@${verdict.version}/${verdict.variant}: ${verdict.bytes} bytes, SHA-256 ${verdict.sha256}`,
    `manifest and ${verdict.files.length} files agree; sealed by ${verdict.sealedBy}`,
    ...(release === undefined
      ? ['whether it is a release was not asked (--repository)']
      : [
          `release ${release.counter} in force as ${release.path}`,
          `built by ${release.builtBy.join(', ')}; approved by ${release.approvedBy.join(', ')}`,
          `root ${release.root.version}, ${pinned}${release.root.development ? '; DEVELOPMENT KEYS' : ''}`,
        ]),
  ].join('\n');
}

async function bytesOf(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new CodedError('file_unreadable', `${path}: cannot be read`, {
      field: path,
      expected: 'a readable file',
      cause,
    });
  });
}

function hash(value: string): string {
  if (!/^[0-9a-f]{64}$/i.test(value)) throw new InvalidArgumentError('expected 64 hex digits (SHA-256)');
  return value.toLowerCase();
}
