#!/usr/bin/env node
// oxlint-disable-next-line import/no-unassigned-import -- it has to run before any schema is made
import './no-compiling.ts';
import { Command, CommanderError } from 'commander';
import { readEnv } from '../config.ts';
import { AGENT_VERSION } from '../version.ts';
import { actAsOwnerOf } from './act-as-owner.ts';
import { describeError, EXIT_CODES, exitCodeOf } from './output.ts';

type Add = (program: Command) => void;

/** In the order of the help. Each brings what it needs: `run` alone needs everything, and a gateway is slow. */
const COMMANDS: Record<string, () => Promise<Add>> = {
  enrol: async () => (await import('./enrol.ts')).addEnrol,
  run: async () => (await import('./run.ts')).addRun,
  status: async () => (await import('./status.ts')).addStatus,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
  predict: async () => (await import('./predict.ts')).addPredict,
};

const program = new Command('plumbline-agent')
  .description('Keeps delay-prediction models true on this site gateway, with or without a network.')
  .version(AGENT_VERSION)
  .option('--state <dir>', 'state folder of this agent (or PLUMBLINE_AGENT_STATE)')
  .option('--json', 'print JSON for programs', false)
  .option('--proxy <url>', 'HTTP proxy of the site, http://[user:password@]host:port (or HTTPS_PROXY, NO_PROXY)')
  .addHelpText('after', firstSteps())
  .addHelpText('afterAll', `\n${EXIT_CODES}`)
  .exitOverride();
program.hook('preAction', (_, command) => {
  const { state = readEnv().state } = command.optsWithGlobals<{ state?: unknown }>();
  actAsOwnerOf(typeof state === 'string' ? state : undefined);
});
// Whoever reads us, such as `head`, may have read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
for (const load of commandsIn(process.argv.slice(2))) (await load())(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(describeError(error, program.opts<{ json: boolean }>().json));
    process.exitCode = exitCodeOf(error);
  }
}

/** Every word could be the command or the value of an option before it; where none is one, somebody wants help. */
function commandsIn(words: readonly string[]): (() => Promise<Add>)[] {
  const named = words.includes('help') ? [] : Object.keys(COMMANDS).filter((name) => words.includes(name));
  return (named.length > 0 ? named : Object.keys(COMMANDS)).flatMap((name) => COMMANDS[name] ?? []);
}

function firstSteps(): string {
  return `
On a new gateway:
  plumbline-agent --state DIR enrol CODE    once, with the code from the office
  plumbline-agent --state DIR doctor        says what is missing, if anything is
  plumbline-agent --state DIR run           or: systemctl enable --now plumbline-agent
  plumbline-agent --state DIR status        what runs, what waits, what the link carried`;
}
