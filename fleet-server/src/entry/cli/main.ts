#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import { describeError, EXIT_CODES, exitCodeOf } from './output.ts';

// Before the first command is loaded: half of what a short command takes is compiling.
enableCompileCache();

type Add = (program: Command) => void;

/** In the order of the help. Loading all of them takes two seconds, most of them need a tenth of it. */
const COMMANDS: Record<string, () => Promise<Add>> = {
  server: async () => (await import('./commands/server.ts')).addServer,
  status: async () => (await import('./commands/status.ts')).addStatus,
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  seed: async () => (await import('./commands/seed.ts')).addSeed,
  models: async () => (await import('./commands/models.ts')).addModels,
  runs: async () => (await import('./experiments/runs.ts')).addRuns,
  approve: async () => (await import('./trust/approve.ts')).addApprove,
  approver: async () => (await import('./trust/approver.ts')).addApprover,
  keys: async () => (await import('./trust/keys.ts')).addKeys,
  signer: async () => (await import('./trust/signer.ts')).addSigner,
  verify: async () => (await import('./trust/verify.ts')).addVerify,
  sites: async () => (await import('./commands/sites.ts')).addSites,
  devices: async () => (await import('./commands/devices.ts')).addDevices,
  groups: async () => (await import('./groups/groups.ts')).addGroups,
  rollouts: async () => (await import('./commands/rollouts.ts')).addRollouts,
  penalties: async () => (await import('./rollouts/brakes.ts')).addPenalties,
  freeze: async () => (await import('./rollouts/brakes.ts')).addFreeze,
  unfreeze: async () => (await import('./rollouts/brakes.ts')).addUnfreeze,
  apply: async () => (await import('./declared/apply.ts')).addApply,
  policies: async () => (await import('./declared/policies.ts')).addPolicies,
  setup: async () => (await import('./access/setup.ts')).addSetup,
  users: async () => (await import('./access/users.ts')).addUsers,
  tokens: async () => (await import('./access/tokens.ts')).addTokens,
  operators: async () => (await import('./declared/operators.ts')).addOperators,
  schema: async () => (await import('./declared/schema.ts')).addSchema,
  alerts: async () => (await import('./told/alerts.ts')).addAlerts,
  events: async () => (await import('./told/events.ts')).addEvents,
  webhooks: async () => (await import('./told/webhooks.ts')).addWebhooks,
  rehearse: async () => (await import('./rehearsal/rehearse.ts')).addRehearse,
  telemetry: async () => (await import('./commands/telemetry.ts')).addTelemetry,
  drift: async () => (await import('./drift/drift.ts')).addDrift,
  retrain: async () => (await import('./retraining/retrain.ts')).addRetrain,
  datasets: async () => (await import('./datasets/datasets.ts')).addDatasets,
  train: async () => (await import('./training/train.ts')).addTrain,
  pipelines: async () => (await import('./pipelines/pipelines.ts')).addPipelines,
  score: async () => (await import('./scoring/score.ts')).addScore,
  batch: async () => (await import('./scoring/batch.ts')).addBatch,
  audit: async () => (await import('./scoring/audit.ts')).addAudit,
  schedules: async () => (await import('./commands/schedules.ts')).addSchedules,
  tablet: async () => (await import('./tablet/tablet.ts')).addTablet,
  profiles: async () => (await import('./commands/profiles.ts')).addProfiles,
};

const program = new Command('plumbline')
  .description('Fleet server of Plumbline: trains, shrinks, signs and rolls out delay-prediction models.')
  .addHelpText('after', `\n${EXIT_CODES}`)
  .exitOverride();
// The demonstration has a `--json FILE` and a `--state` of its own; everywhere else these come from here.
if (process.argv[2] !== 'demo') {
  program
    .option('--state <dir>', 'state folder of the server', process.env['PLUMBLINE_STATE'] ?? '.plumbline')
    .addOption(
      new Option('--as <token>', 'act as another operator: their token, or a file with it').env('PLUMBLINE_TOKEN'),
    )
    .option('--json', 'print JSON for programs', false);
}
for (const load of commandsIn(process.argv.slice(2))) (await load())(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(describeError(error, program.opts<{ json?: boolean }>().json === true));
    process.exitCode = exitCodeOf(error);
  }
}

/** Every word could be the command or the value of an option before it; where none is one, somebody wants help. */
function commandsIn(words: readonly string[]): (() => Promise<Add>)[] {
  const named = words.includes('help') ? [] : Object.keys(COMMANDS).filter((name) => words.includes(name));
  return (named.length > 0 ? named : Object.keys(COMMANDS)).map((name) => COMMANDS[name]!);
}
