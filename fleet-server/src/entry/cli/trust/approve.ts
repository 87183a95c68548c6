import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import {
  ApproverError,
  examineDraft,
  refreshTrust,
  signDraft,
  type AnyExamination,
  type Approver,
  type Pending,
} from '../../approver/index.ts';
import type { Global } from '../connection.ts';
import { print } from '../output.ts';
import { asApprover, withApproverFlags, type ApproverFlags } from './approver.ts';

interface Flags extends ApproverFlags {
  yes: boolean;
}

export function addApprove(program: Command): void {
  withApproverFlags(program.command('approve <what>'))
    .description('examine one release (LINE@VERSION) or renewal (LINE), show what it is, and sign it')
    .option('--yes', 'sign without asking, once the examination holds', false)
    .action(async (what: string, flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      await asApprover(global, flags, process.env['USER'] ?? 'person', async (approver) => {
        const pending = await findPending(approver, what);
        const trust = await refreshTrust(approver);
        const examination = await examineDraft(approver, trust, pending);
        if (!global.json) console.log(describe(examination));
        if (!flags.yes) await askFor(what);
        await signDraft(approver, trust, pending);
        print({ signed: true, what, document: pending.document, examination }, global.json, () => `signed ${what}`);
      });
    });
}

async function findPending({ client }: Approver, what: string): Promise<Pending> {
  const { approvals } = await client.get<{ approvals: Pending[] }>('/api/v1/approvals');
  const found = approvals.find(({ line, version }) => what === (version === null ? line : `${line}@${version}`));
  if (found !== undefined) return found;
  throw new ApproverError('not_pending', `${what}: nothing of this name awaits approval`, {
    kind: 'not-found',
    field: 'what',
    expected:
      approvals.map(({ line, version }) => (version === null ? line : `${line}@${version}`)).join(', ') || 'none',
  });
}

function describe(one: AnyExamination): string {
  if (one.kind === 'renewal') {
    return `${one.line}: what is in force for longer — ${one.targets} targets, unchanged, until ${one.expires}`;
  }
  return [
    `${one.line}@${one.version}: ${one.origin}, after ${one.predecessor ?? 'nothing'}; the return ticket leads back there`,
    ...one.bundles.map(({ path, sha256 }) => `  ${path}  ${sha256}`),
    ...(one.worseByAtMost === 0
      ? []
      : [`  did no worse than its predecessor, and may be worse by up to ${one.worseByAtMost.toFixed(4)} Brier`]),
    `  ${one.goldenRows} golden rows answered as sealed; seals and hashes hold`,
  ].join('\n');
}

async function askFor(what: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CodedError('config_invalid', 'nobody is there to ask', {
      field: '--yes',
      expected: '--yes, or a terminal',
    });
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`Sign ${what}? Type yes: `).finally(() => lines.close());
  if (answer.trim() === 'yes') return;
  throw new CodedError('not_confirmed', `${what}: not signed`, { kind: 'refused' });
}
