import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { codeOf, CodedError } from '@plumbline/shared/errors';
import {
  PRESETS,
  presetScenario,
  readScenario,
  rehearse,
  scenarioJsonSchema,
  type RehearsalInput,
  type RehearsalMaterial,
  type Scenario,
} from '../../../delivery/rehearsal/index.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';
import { attachRehearsal } from './attach.ts';
import { planIn } from './plan-in.ts';
import { showReport } from './show-report.ts';

interface Flags {
  devices?: string;
  seed: string;
  scenario: string;
  schema?: boolean;
}

const MAX_DEVICES = 2000;
const MAX_SEED = 2 ** 32 - 1;
const NOT_COMPLETED = 4;

/** `rehearse ROLLOUT|FILE`: the rollout against simulated devices, in this process; the server only says what there is. */
export function addRehearse(program: Command): void {
  program
    .command('rehearse [rollout-or-file]')
    .description('play a rollout against simulated devices before the first byte leaves; exit 4 unless it completes')
    .option('--devices <n>', `simulated devices, drawn from the inventory (1–${MAX_DEVICES}; default: the scenario's)`)
    .option('--seed <n>', 'the same seed gives the same report', '1')
    .option('--scenario <file>', `a YAML file, or one of ${Object.keys(PRESETS).join(', ')}`, 'good')
    .option('--schema', 'print the JSON Schema of a scenario instead')
    .action(async (what: string | undefined, flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      if (flags.schema === true) return console.log(JSON.stringify(scenarioJsonSchema(), null, 2));
      if (what === undefined) throw wrong('rollout-or-file', 'nothing to rehearse', 'a rollout, or the file of a plan');
      const devices =
        flags.devices === undefined ? undefined : wholeNumber('devices', flags.devices, { min: 1, max: MAX_DEVICES });
      const seed = wholeNumber('seed', flags.seed, { max: MAX_SEED });
      const scenario = await scenarioOf(flags.scenario);
      const material = await materialOf(what, global);
      const report = await rehearse({ attach: attachRehearsal }, { ...material, scenario, devices, seed });
      if (report.verdict !== 'completed') process.exitCode = NOT_COMPLETED;
      print(report, global.json, () => showReport(report));
    });
}

async function scenarioOf(given: string): Promise<Scenario> {
  if (!isFile(given)) return presetScenario(given);
  return readScenario(await readFile(given, 'utf8'), given);
}

/** A plan in a file can be rehearsed without any server: then its devices are the scenario's. */
async function materialOf(
  what: string,
  global: Global,
): Promise<Pick<RehearsalInput, 'plan' | 'inventory' | 'release'>> {
  const plan = isFile(what) ? planIn(await readFile(what, 'utf8'), what) : undefined;
  try {
    const client = await connect(global);
    const question = plan === undefined ? { rollout: what } : { plan };
    return await client.post<RehearsalMaterial>('/api/v1/rehearsals/material', question);
  } catch (error) {
    if (plan === undefined || codeOf(error) !== 'server_not_running') throw error;
    console.error(`no server runs on ${global.state}: devices, groups and sizes are the scenario's`);
    return { plan, inventory: undefined, release: undefined };
  }
}

function isFile(given: string): boolean {
  return /\.(ya?ml|json)$/.test(given) || existsSync(given);
}

function wrong(field: string, what: string, expected: string): CodedError {
  return new CodedError('config_invalid', `${field}: ${what}`, { field, expected });
}
