import type { Command } from 'commander';
import { profileIds, resolveProfile } from '@plumbline/firmware-profiles';
import type { Global } from '../connection.ts';
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
          all.map((one) => [one.id, `${one.vendor} ${one.name}`, one.runtime.engine, one.memoryMb, one.status]),
        ),
      );
    });
  profiles
    .command('show <id>')
    .description('one profile, its template merged in')
    .action((id: string) => {
      console.log(JSON.stringify(resolveProfile(id), null, 2));
    });
}
