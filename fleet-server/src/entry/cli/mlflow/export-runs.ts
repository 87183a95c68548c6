import type { Command } from 'commander';
import type { ExportedRun, Run, RunArtifact, RunSource } from '../../../learning/experiments/index.ts';
import type { Client } from '../../approver/client.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { addMlflowOptions, exporter, mlflowOf, type MlflowFlags } from './mlflow-of.ts';

interface Flags extends MlflowFlags {
  experiment?: string;
  into?: string;
}

/** `runs export`. */
export function addRunsExport(runs: Command): void {
  addMlflowOptions(runs.command('export [run...]'))
    .description('write runs into MLflow; again is the same once. Without names: all that have ended')
    .option('--experiment <name>', 'only those of one experiment')
    .option('--into <name>', 'experiment there; each run its own without')
    .action(async (ids: string[], flags: Flags, command: Command) => {
      const { exportRun } = await exporter();
      const global = command.optsWithGlobals<Global>();
      const [client, mlflow] = [await connect(global), await mlflowOf(flags)];
      const exported: ExportedRun[] = [];
      for (const id of ids.length > 0 ? ids : await endedRuns(client, flags.experiment)) {
        exported.push(await exportRun(mlflow, await runSource(client, id), flags.into));
      }
      print(exported, global.json, () =>
        exported.length === 0
          ? 'no run has ended'
          : table(
              ['run', 'experiment', 'run there', 'outcome', 'files'],
              exported.map((one) => [one.run, one.experiment, one.mlflowRun, one.outcome, one.files]),
            ),
      );
    });
}

/** A run as the server gives it out; its files are fetched when they are wanted. */
export async function runSource(client: Client, id: string): Promise<RunSource> {
  const path = `/api/v1/runs/${encodeURIComponent(id)}`;
  const { artifacts, ...run } = await client.get<Run & { artifacts: RunArtifact[] }>(path);
  return { run, artifacts, bytesOf: (name) => client.bytes(`${path}/artifacts/${encodeURIComponent(name)}`) };
}

/** Oldest first: a run that is part of another comes after it. */
async function endedRuns(client: Client, experiment: string | undefined): Promise<string[]> {
  const ended: string[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({
      limit: '500',
      ...(experiment === undefined ? {} : { experiment }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const page = await client.get<{ runs: Run[]; next?: string }>(`/api/v1/runs?${query}`);
    ended.push(...page.runs.filter(({ state }) => state !== 'running').map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ended.toReversed();
}
