import type { Command } from 'commander';
import { configOf, type RawSettings } from '../config.ts';
import { examine, type Examination } from '../doctor/examine.ts';
import { checkMachine } from '../doctor/check-machine.ts';
import { checkMount } from '../doctor/check-folder.ts';
import { checkSlots } from '../doctor/check-models.ts';
import { checkService } from '../doctor/check-service.ts';
import { failedBy, type Step } from '../doctor/step.ts';
import type { Subject, Surroundings } from '../doctor/subject.ts';
import { subjectOnDisk } from '../doctor/subject-on-disk.ts';
import { subjectRunning } from '../doctor/subject-running.ts';
import { openNodePorts, profileOf } from '../node-ports.ts';
import { openDirectoryFiles } from '../storage/directory-files.ts';
import { openStateFolder, type StateFolder } from '../storage/state-folder.ts';
import { print, table } from './output.ts';
import { findRunningAgent } from './running-agent.ts';

const TIMEOUT_MS = 10_000;
const MARKS = { ok: 'ok', failed: 'FAILED', skipped: '–' } as const;

/** `doctor`: why this gateway does not work, for whoever stands before it. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'why this gateway does not work: disk, memory, profile, watchdog, model slots, certificate, clock, every address of the server (DNS, TLS), the session',
    )
    .option('--development', 'allow plain addresses on loopback')
    .addHelpText('after', '\nExit: 0 this device can work; 3 what is wrong may pass by itself; 4 somebody has to act.')
    .action(async (_own: unknown, command: Command) => {
      const { json, ...flags } = command.optsWithGlobals<RawSettings & { json: boolean }>();
      const config = configOf(flags);
      const { proxy, development } = config;
      const machine = (lines: Subject['lines']) => machineOf(config, lines);
      const around = { proxy, development, now: Date.now, timeoutMs: TIMEOUT_MS, machine };
      const examination = await visit(config, around);
      print(examination, json, () => describe(examination));
      process.exitCode = examination.exitCode;
    });
}

async function visit(config: ReturnType<typeof configOf>, surroundings: Surroundings): Promise<Examination> {
  const folder = openStateFolder(config.stateFolder);
  const agent = await findRunningAgent(folder.address());
  if (agent !== undefined) return examine(folder.path, await subjectRunning(agent), surroundings);
  await using opened = await openNodePorts(config);
  return examine(folder.path, await subjectOnDisk(opened), surroundings);
}

async function machineOf(config: ReturnType<typeof configOf>, lines: Subject['lines']): Promise<Step[]> {
  const folder = openStateFolder(config.stateFolder);
  const slots = await checkSlots(openDirectoryFiles(folder.filesFolder), lines);
  return [checkMount(folder.path), ...classOf(folder, config.profile), await checkService(), slots];
}

function classOf(folder: StateFolder, asked: string | undefined): Step[] {
  try {
    return checkMachine(profileOf(folder, asked));
  } catch (error) {
    return [failedBy('profile', error)];
  }
}

function describe({ works, steps }: Examination): string {
  const rows = steps.map(({ step, outcome, code, says }) => [step, MARKS[outcome], says + (code ? ` [${code}]` : '')]);
  return [table(['what', '', 'says'], rows), works ? 'this device can work' : 'this device cannot work'].join('\n');
}
