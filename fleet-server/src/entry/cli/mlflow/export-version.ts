import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import { openBundle } from '@plumbline/shared/manifest';
import { sha256Hex, type PublicKey } from '@plumbline/shared/trust';
import type { ExportedVersion, Run, ShownCard, VersionSource } from '../../../learning/experiments/index.ts';
import type { ResolvedBundle } from '../../../learning/scoring/index.ts';
import type { Alias, VersionSummary } from '../../../supply/models/index.ts';
import type { Client } from '../../approver/client.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';
import { readVersion } from '../models/read-version.ts';
import { runSource } from './export-runs.ts';
import { addMlflowOptions, exporter, mlflowOf, type MlflowFlags } from './mlflow-of.ts';

interface Flags extends MlflowFlags {
  into?: string;
  variant?: string;
}

/** `models export`. */
export function addModelsExport(models: Command): void {
  addMlflowOptions(models.command('export <model>'))
    .description('LINE@VERSION: register a published version with MLflow, with its run, files and aliases')
    .option('--into <name>', 'experiment there for its run; its own without')
    .option('--variant <name>', 'which encoding; the first that is for any device without')
    .action(async (model: string, flags: Flags, command: Command) => {
      const { exportVersion } = await exporter();
      const global = command.optsWithGlobals<Global>();
      const [client, mlflow] = [await connect(global), await mlflowOf(flags)];
      const exported = await exportVersion(mlflow, await versionSource(client, model, flags.variant), flags.into);
      print(exported, global.json, () => show(exported));
    });
}

/** A published version with its bundle, judged here by the keys that the server names. */
async function versionSource(client: Client, model: string, variant?: string): Promise<VersionSource> {
  const { line } = readVersion(model);
  const { verifyBundle } = await import('../../../supply/keys/index.ts');
  const query = new URLSearchParams({ model, ...(variant === undefined ? {} : { variant }) });
  const bundle = await client.get<ResolvedBundle & { sealKeys: PublicKey[] }>(`/api/v1/scoring/bundle?${query}`);
  const archive = await client.bytes(`/api/v1/artifacts/${bundle.sha256}`);
  if (sha256Hex(archive) !== bundle.sha256) {
    throw new CodedError('bundle_malformed', `${model}: not the bytes that were asked for`, {
      kind: 'refused',
      field: 'model',
      expected: bundle.sha256,
    });
  }
  // The time is only asked of a release in force.
  const { sealedBy } = await verifyBundle(archive, { nowMs: 0, sealKeys: () => bundle.sealKeys });
  const { model: onnx } = await openBundle(archive, async (bytes) => sha256Hex(bytes));
  const path = `/api/v1/models/${encodeURIComponent(line)}/${encodeURIComponent(bundle.version)}`;
  const version = await client.get<VersionSummary>(path);
  const { markdown } = await client.get<ShownCard>(`${path}/card`);
  const { aliases } = await client.get<{ aliases: Alias[] }>(`/api/v1/lines/${encodeURIComponent(line)}/aliases`);
  const made = new URLSearchParams({ line, version: bundle.version, state: 'finished', limit: '1' });
  const [run] = (await client.get<{ runs: Run[] }>(`/api/v1/runs?${made}`)).runs;
  return {
    version,
    released: { ...bundle, sealedBy, archive, onnx },
    card: markdown,
    aliases: aliases.filter((alias) => alias.version === bundle.version).map(({ name }) => name),
    bundleUrl: `${client.url}/api/v1/artifacts/${bundle.sha256}`,
    ...(run === undefined ? {} : { run: await runSource(client, run.id) }),
  };
}

function show({ line, version, mlflowVersion, outcome, source, aliases, left }: ExportedVersion): string {
  return [
    `${line}@${version} is version ${mlflowVersion} of ${line} in MLflow (${outcome}), from ${source}`,
    ...(aliases.length === 0 ? [] : [`aliases: ${aliases.join(', ')}`]),
    ...left.map(({ alias, reason }) => `alias ${alias} was left: ${reason}`),
  ].join('\n');
}
