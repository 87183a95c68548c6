#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { AGENT_VERSION } from '../version.ts';
import { addDoctor } from './doctor.ts';
import { addEnrol } from './enrol.ts';
import { describeError, EXIT_CODES, exitCodeOf } from './output.ts';
import { addPredict } from './predict.ts';
import { addRun } from './run.ts';
import { addStatus } from './status.ts';

const program = new Command('plumbline-agent')
  .description('Keeps delay-prediction models true on this site gateway, with or without a network.')
  .version(AGENT_VERSION)
  .option('--state <dir>', 'state folder of this agent (or PLUMBLINE_AGENT_STATE)')
  .option('--json', 'print JSON for programs', false)
  .option('--proxy <url>', 'HTTP proxy of the site, http://[user:password@]host:port (or HTTPS_PROXY, NO_PROXY)')
  .addHelpText('afterAll', `\n${EXIT_CODES}`)
  .exitOverride();
for (const add of [addEnrol, addRun, addStatus, addDoctor, addPredict]) add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(describeError(error, program.opts<{ json: boolean }>().json));
    process.exitCode = exitCodeOf(error);
  }
}
