import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import type { Replay, ReplayVerdict } from '../../../learning/scoring/index.ts';
import { addAuditTrail } from '../access/audit-trail.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';

interface Flags {
  ref?: string;
  site?: string;
  device?: string;
}

/** Beside the codes of every command: a refusal would be 4. */
const EXITS: Record<ReplayVerdict, number> = { same: 0, differs: 4, inputs_unknown: 5, bundle_unknown: 6 };

/** `plumbline audit replay`: which model said that, from what, approved by whom, and would it say it again. */
export function addAudit(program: Command): void {
  const audit = program.command('audit').description('what was said and done, and whether it holds');
  addAuditTrail(audit);
  audit
    .command('replay [prediction]')
    .description(
      'ask the very bundle of a prediction again; exit 0 same, 4 differs, 5 inputs unknown, 6 bundle unknown',
    )
    .option('--ref <ref>', 'by the reference of its caller instead of its id')
    .option('--site <site>', 'with --ref: of this site')
    .option('--device <device>', 'with --ref: of this device')
    .action(async (id: string | undefined, flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const replay = await (await connect(global)).get<Replay>(pathOf(id, flags));
      process.exitCode = EXITS[replay.verdict];
      print(replay, global.json, () => describe(replay));
    });
}

function pathOf(id: string | undefined, { ref, site, device }: Flags): string {
  if ((id === undefined) === (ref === undefined)) {
    throw new CodedError('config_invalid', 'prediction: a prediction, or --ref', {
      field: 'prediction',
      expected: 'an id as STREAM:NUMBER, or --ref REF',
    });
  }
  if (id !== undefined) return `/api/v1/predictions/${encodeURIComponent(id)}/audit`;
  const query = new URLSearchParams({ ref: ref!, ...(site && { site }), ...(device && { device }) });
  return `/api/v1/predictions/audit?${query}`;
}

function describe({ verdict, sentence, prediction, bundle, chain }: Replay): string {
  const { dataset, run, release, signers, orders, assignment, rollout, report } = chain;
  return [
    `${verdict}: ${sentence}`,
    `prediction  ${prediction.id} of ${prediction.activity ?? 'no activity'} on ${prediction.site}, ${timeOf(prediction.at)}, as of ${timeOf(prediction.asOf)}`,
    `dataset     ${dataset === undefined ? 'not known' : `${dataset.name}@${dataset.version.slice(0, 16)}`}`,
    `run         ${run === undefined ? 'not known' : `${run.id} of ${run.experiment}, by ${run.actor}, ${timeOf(run.startedAt)}`}`,
    `release     ${release === undefined ? 'not known' : `${release.line}@${release.version}/${release.variant}, ${release.state}, counter ${release.counter}`}`,
    `bundle      ${prediction.sha256}${bundle?.sealedBy === undefined ? '' : `, sealed by ${bundle.sealedBy.slice(0, 16)}`}`,
    ...signers.map(({ role, keyId }) => `signed by   ${role} ${keyId.slice(0, 16)}`),
    ...orders.map(({ action, actor, at }) => `ordered     ${action} by ${actor}, ${timeOf(at)}`),
    ...(assignment === undefined
      ? []
      : [`assigned    number ${assignment.seq}, ${timeOf(assignment.issuedAt)}, ${assignment.cause}`]),
    ...(rollout === undefined
      ? []
      : [`rollout     ${rollout.name ?? rollout.id}, stage ${rollout.stage}, ${rollout.outcome ?? 'undecided'}`]),
    `device      ${prediction.device}${report === undefined ? '' : `, ${report.state} ${report.proof ?? ''} as reported ${timeOf(report.reportedAt)}`}`,
  ].join('\n');
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}
