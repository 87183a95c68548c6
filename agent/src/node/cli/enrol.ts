import type { Command } from 'commander';
import { configOf } from '../config.ts';
import { enrolNode } from '../enrol-node.ts';
import { print } from './output.ts';

/** `enrol CODE`: once per device, by whoever installs it. */
export function addEnrol(program: Command): void {
  program
    .command('enrol <code>')
    .description('give this gateway its name: makes its key and trades the one-time code of the installer')
    .option('--profile <id>', 'firmware profile; detected when left out')
    .action(async (code: string, _own: unknown, command: Command) => {
      const { json, ...flags } = command.optsWithGlobals<{ json: boolean; state?: string; profile?: string }>();
      const { stateFolder, profile } = configOf(flags);
      const { site, device, mqttUrl, profile: chosen } = await enrolNode({ code, stateFolder, profile });
      print({ site, device, mqttUrl, profile: chosen }, json, () => `enrolled as ${site}/${device} (${chosen})`);
    });
}
