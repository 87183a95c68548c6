import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { createProcessTrial } from '@plumbline/agent/trial';
import { CodedError } from '@plumbline/shared/errors';
import { keyFileOf, passphraseFrom, readSigner, repositoryFile } from '../../../supply/keys/index.ts';
import {
  approvePending,
  createClient,
  DEVELOPMENT_POLICY,
  openApprover,
  readPolicy,
  type Approval,
  type Approver,
  type ApproverPolicy,
  type Client,
} from '../../approver/index.ts';
import { connect, type Global } from '../connection.ts';
import { describeError, print } from '../output.ts';

export interface ApproverFlags {
  server?: string;
  token?: string;
  ca?: string;
  key?: string;
  passphraseFile?: string;
  trust?: string;
  root?: string;
  replayClock?: boolean;
}

interface Flags extends ApproverFlags {
  policy?: string;
  once?: boolean;
  intervalMs: string;
}

/** Flags of everything that signs as an approver. */
export function withApproverFlags(command: Command): Command {
  return command
    .option('--server <url>', 'a server on another host; the one that runs on the state folder when absent')
    .option('--token <file>', "holds the operator's token of that server")
    .option('--ca <file>', 'PEM of the authority of its certificate')
    .option('--key <file>', "the approver's key file; the development key of the state folder when absent")
    .option('--passphrase-file <file>', 'opens a protected key file; or PLUMBLINE_PASSPHRASE, or a prompt')
    .option('--trust <dir>', "the approver's own folder: what it believes of the repository, and when it signed")
    .option('--root <file>', 'the root of the fleet as its makers gave it out; begins the folder')
    .option('--replay-clock', 'take the time from the server, which replays another year; with development keys only');
}

/** Opens the approver of these flags for as long as `work` takes. */
export async function asApprover(
  global: Global,
  flags: ApproverFlags,
  actor: string,
  work: (approver: Approver) => Promise<void>,
): Promise<void> {
  const keys = join(resolve(global.state), 'keys');
  const signer = await readSigner(
    flags.key ?? join(keys, keyFileOf('approver')),
    passphraseFrom({
      file: flags.passphraseFile,
      given: process.env['PLUMBLINE_PASSPHRASE'],
      terminal: { input: process.stdin, output: process.stderr },
    }),
  );
  // With a key of its own it is on another host, and its root comes from a person.
  const root = flags.root ?? (flags.key === undefined ? join(keys, repositoryFile.root(1)) : undefined);
  const client = await clientOf(global, flags);
  const trial = createProcessTrial();
  try {
    const approver = await openApprover({
      client,
      trial,
      signer,
      trustFolder: flags.trust ?? join(keys, 'approver', 'trust'),
      firstRoot: root === undefined ? undefined : new Uint8Array(await readFile(root)),
      actor,
      now: flags.replayClock ? replayClock(client) : async () => Date.now(),
    });
    if (flags.replayClock) refuseUnlessDevelopment(approver, '--replay-clock', 'the clock of this machine');
    await work(approver);
  } finally {
    await trial.close();
  }
}

/** Whoever tells an approver the time can keep it on old metadata, so a real one never asks. */
function replayClock(client: Client): () => Promise<number> {
  return async () => (await client.get<{ now: number }>('/api/v1/health')).now;
}

/** What makes a demonstration easy must not sign for a real fleet. */
function refuseUnlessDevelopment({ folder }: Approver, field: string, expected: string): void {
  if (folder.trust.root['x-plumbline-development'] === true) return;
  throw new CodedError('config_invalid', `${field}: goes without under development keys only`, { field, expected });
}

async function clientOf(global: Global, { server, token, ca }: ApproverFlags): Promise<Client> {
  if (server === undefined) return connect(global);
  return createClient({
    url: server.replace(/\/$/, ''),
    operatorToken: token === undefined ? '' : (await readFile(token, 'utf8')).trim(),
    ...(ca === undefined ? {} : { caPem: await readFile(ca, 'utf8') }),
  });
}

export function addApprover(program: Command): void {
  withApproverFlags(program.command('approver'))
    .description('examine what awaits approval and sign what the policy covers, with a key the server does not have')
    .option('--policy <yaml>', 'what may be signed unattended; with a development key, everything that is proven')
    .option('--once', 'look once and end')
    .option('--interval-ms <ms>', 'pause between looks', '1000')
    .action(async (flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const policy = flags.policy === undefined ? DEVELOPMENT_POLICY : await readPolicy(flags.policy);
      const ended = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
      await asApprover(global, flags, flags.policy ?? 'development', async (approver) => {
        if (flags.policy === undefined)
          refuseUnlessDevelopment(approver, '--policy', 'a policy that says what may be signed');
        const told = new Set<string>();
        do {
          const approvals = await lookOnce(approver, policy, flags.once === true);
          const news = approvals.filter((one) => one.signed || !told.has(nameOf(one)));
          for (const one of news) told.add(nameOf(one));
          if (news.length > 0 || flags.once)
            print(news, global.json, () => news.map(sentenceOf).join('\n') || 'nothing awaits approval');
          if (flags.once) {
            if (approvals.some((one) => !one.signed)) process.exitCode = 4;
            break;
          }
          await wait(Number(flags.intervalMs), undefined, { signal: ended.signal }).catch(() => undefined);
        } while (!ended.signal.aborted);
      });
    });
}

/** A server that is away, or metadata that are late, must not end an approver that nobody watches. */
async function lookOnce(approver: Approver, policy: ApproverPolicy, once: boolean): Promise<Approval[]> {
  try {
    return await approvePending(approver, policy);
  } catch (error) {
    if (once) throw error;
    console.error(describeError(error, true));
    return [];
  }
}

function nameOf({ line, version, document }: Approval): string {
  return `${line}${version === null ? ` (renewal ${document})` : `@${version}`}`;
}

function sentenceOf(one: Approval): string {
  const { examination } = one;
  if (!one.signed) return `left ${nameOf(one)} for a person: ${one.reason}`;
  if (examination?.kind === 'renewal') {
    return `signed ${nameOf(one)}: ${examination.targets} targets unchanged, until ${examination.expires}`;
  }
  return `signed ${nameOf(one)}: ${examination?.bundles.length} bundles, ${examination?.goldenRows} golden rows answered as sealed`;
}
