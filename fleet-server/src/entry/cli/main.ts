#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addDatasets } from './commands/datasets.ts';
import { addDemo } from './commands/demo.ts';
import { addDevices } from './commands/devices.ts';
import { addModels } from './commands/models.ts';
import { addProfiles } from './commands/profiles.ts';
import { addRollouts } from './commands/rollouts.ts';
import { addServer } from './commands/server.ts';
import { addStatus } from './commands/status.ts';
import { addTelemetry } from './commands/telemetry.ts';
import { addApprove } from './trust/approve.ts';
import { addApprover } from './trust/approver.ts';
import { addKeys } from './trust/keys.ts';
import { addSigner } from './trust/signer.ts';
import { addVerify } from './trust/verify.ts';
import { describeError, EXIT_CODES, exitCodeOf } from './output.ts';

const program = new Command('plumbline')
  .description('Fleet server of Plumbline: trains, shrinks, signs and rolls out delay-prediction models.')
  .addHelpText('after', `\n${EXIT_CODES}`)
  .exitOverride();
// The demonstration has a `--json FILE` and a `--state` of its own; everywhere else these come from here.
if (process.argv[2] !== 'demo') {
  program
    .option('--state <dir>', 'state folder of the server', process.env['PLUMBLINE_STATE'] ?? '.plumbline')
    .option('--json', 'print JSON for programs', false);
}
for (const add of [
  addServer,
  addStatus,
  addDemo,
  addModels,
  addApprove,
  addApprover,
  addKeys,
  addSigner,
  addVerify,
  addDevices,
  addRollouts,
  addTelemetry,
  addDatasets,
  addProfiles,
]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(describeError(error, program.opts<{ json?: boolean }>().json === true));
    process.exitCode = exitCodeOf(error);
  }
}
