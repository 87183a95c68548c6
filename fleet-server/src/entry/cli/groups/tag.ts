import type { Command } from 'commander';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';

interface TagFlags {
  selector?: string;
  add?: string[];
  remove?: string[];
}

/** Words that devices are grouped by, after they were enrolled. */
export function addTag(devices: Command): void {
  devices
    .command('tag [device...]')
    .description('change the tags of devices that are named, or that a selector finds')
    .option('--selector <selector>', 'whoever it finds')
    .option('--add <tag...>', 'tags to add')
    .option('--remove <tag...>', 'tags to take away')
    .action(async (named: string[], { selector, add, remove }: TagFlags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const body = {
        ...(named.length > 0 && { devices: named }),
        ...(selector !== undefined && { selector }),
        ...(add !== undefined && { add }),
        ...(remove !== undefined && { remove }),
      };
      const tagged = await (await connect(global)).post<Tagged>('/api/v1/devices/tags', body);
      print(tagged, global.json, () => `${tagged.changed.length} of ${tagged.count} devices are tagged otherwise now`);
    });
}

interface Tagged {
  count: number;
  changed: string[];
}
