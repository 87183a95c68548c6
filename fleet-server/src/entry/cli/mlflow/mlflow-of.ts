import { Option, type Command } from 'commander';
import type { Mlflow } from '../../../learning/experiments/index.ts';

export interface MlflowFlags {
  mlflow: string;
  token?: string;
  username?: string;
  password?: string;
}

/** Who asks comes by the environment, under the names that MLflow's own client reads; a command line is seen by others. */
export function addMlflowOptions(command: Command): Command {
  return command
    .requiredOption('--mlflow <uri>', 'tracking server, such as http://127.0.0.1:5000')
    .addOption(new Option('--token <token>', 'bearer token').env('MLFLOW_TRACKING_TOKEN').hideHelp())
    .addOption(new Option('--username <name>', 'account').env('MLFLOW_TRACKING_USERNAME').hideHelp())
    .addOption(new Option('--password <word>', 'of the account').env('MLFLOW_TRACKING_PASSWORD').hideHelp())
    .addHelpText(
      'after',
      '\nWho asks: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, in the environment.',
    );
}

/** Not by the door of the room: the drawings behind it would cost every export two seconds. */
export function exporter() {
  return import('../../../learning/experiments/mlflow/index.ts');
}

/** @throws MlflowError `mlflow_address` */
export async function mlflowOf({ mlflow: uri, token, username, password }: MlflowFlags): Promise<Mlflow> {
  const { createMlflow } = await exporter();
  return createMlflow({
    uri,
    ...(token === undefined ? {} : { token }),
    ...(username === undefined ? {} : { user: { name: username, password: password ?? '' } }),
  });
}
