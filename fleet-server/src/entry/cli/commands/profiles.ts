import type { Command } from 'commander';
import { minVersion } from 'semver';
import { fits, profileIds, resolveProfile } from '@plumbline/firmware-profiles';
import { inspectModel } from '../../../supply/onnx/index.ts';
import type { Global } from '../connection.ts';
import { readModelFile } from '../models/read-model-file.ts';
import { print, table } from '../output.ts';

export function addProfiles(program: Command): void {
  const profiles = program.command('profiles').description('classes of devices and what they can run');
  profiles
    .command('list')
    .description('all profiles')
    .action((_flags: unknown, command: Command) => {
      const all = profileIds.map(resolveProfile);
      print(all, command.optsWithGlobals<Global>().json, () =>
        table(
          ['profile', 'device', 'engine', 'memory MB', 'status'],
          all.map((one) => [one.id, one.name, one.runtime.engine, one.memoryMb, one.status]),
        ),
      );
    });
  profiles
    .command('show <id>')
    .description('one profile, its template merged in')
    .action((id: string) => {
      console.log(JSON.stringify(resolveProfile(id), null, 2));
    });
  profiles
    .command('fits <id> <model>')
    .description('whether a device of a profile can run an ONNX file, and if not, every reason why')
    .action(async (id: string, file: string, _flags: unknown, command: Command) => {
      const profile = resolveProfile(id);
      const { sizeBytes, opsets, operators } = inspectModel(await readModelFile(file));
      const verdict = fits(profile, {
        modelBytes: sizeBytes,
        opsets,
        operators: Object.keys(operators).map((name) => name.replace('::', ':')),
        derivations: [],
        agentDerivations: [],
        agentVersion: minVersion(profile.agent)?.version ?? profile.agent,
      });
      print({ profile: id, ...verdict }, command.optsWithGlobals<Global>().json, () =>
        verdict.fits
          ? `${profile.name} can run it`
          : [`${profile.name} cannot run it:`, ...verdict.reasons.map(({ sentence }) => `  ${sentence}`)].join('\n'),
      );
      if (!verdict.fits) process.exitCode = 4;
    });
}
