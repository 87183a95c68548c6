import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { createProcessTrial } from '@plumbline/agent/trial';
import { sha256Hex, verifyPinnedRoot } from '@plumbline/shared/trust';
import { keyPath, readRootBytes, readSigner } from '../../../supply/keys/index.ts';
import { approvePending, DEVELOPMENT_POLICY, readPolicy, type Approval } from '../../approver/index.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';

interface Flags {
  key?: string;
  policy?: string;
  once?: boolean;
  intervalMs: string;
}

export function addApprover(program: Command): void {
  program
    .command('approver')
    .description('examine what awaits approval and sign what the policy covers, with a key the server does not have')
    .option('--key <file>', "the approver's key file; the development key of the state folder when absent")
    .option('--policy <yaml>', 'what may be signed unattended; with a development key, everything that is proven')
    .option('--once', 'look once and end')
    .option('--interval-ms <ms>', 'pause between looks', '1000')
    .action(async (flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const keys = join(resolve(global.state), 'keys');
      const rootBytes = await readRootBytes(keys);
      const policy = flags.policy === undefined ? DEVELOPMENT_POLICY : await readPolicy(flags.policy);
      const trial = createProcessTrial();
      const deps = {
        client: await connect(global),
        trial,
        root: verifyPinnedRoot(rootBytes, sha256Hex(rootBytes)),
        signer: await readSigner(flags.key ?? keyPath(keys, 'approver')),
        actor: flags.policy ?? 'development',
      };
      const ended = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
      try {
        const told = new Set<string>();
        do {
          const approvals = await approvePending(deps, policy);
          const news = approvals.filter((one) => one.signed || !told.has(`${one.line}@${one.version}`));
          for (const one of news) told.add(`${one.line}@${one.version}`);
          if (news.length > 0 || flags.once)
            print(news, global.json, () => news.map(sentenceOf).join('\n') || 'nothing awaits approval');
          if (flags.once) {
            if (approvals.some((one) => !one.signed)) process.exitCode = 4;
            break;
          }
          await wait(Number(flags.intervalMs), undefined, { signal: ended.signal }).catch(() => undefined);
        } while (!ended.signal.aborted);
      } finally {
        await trial.close();
      }
    });
}

function sentenceOf(one: Approval): string {
  const { examination } = one;
  return one.signed
    ? `signed ${one.line}@${one.version}: ${examination?.bundles.length} bundles, ${examination?.goldenRows} golden rows answered as sealed`
    : `left ${one.line}@${one.version} for a person: ${one.reason}`;
}
