import type { Command } from 'commander';
import type { Explanation } from '../../../insight/alerts/index.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';

/** `devices why DEVICE`: the probable cause of its silence or failure, and what to do. */
export function addWhy(devices: Command): void {
  devices
    .command('why <device>')
    .description('why it is silent or does not do what it was told, the most likely cause first')
    .action(async (device: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/devices/${encodeURIComponent(device)}/why`;
      const explained = await (await connect(global)).get<Explanation>(path);
      print(explained, global.json, () =>
        explained.findings
          .map(({ sentence, certainty, evidence, advice }, index) =>
            [
              `${index + 1}. ${sentence} (${certainty})`,
              `   known by: ${Object.entries(evidence)
                .map(([name, value]) => `${name} ${value}`)
                .join(', ')}`,
              `   do: ${advice}`,
            ].join('\n'),
          )
          .join('\n'),
      );
    });
}
