import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { renderUnicodeCompact } from 'uqr';
import type { MadeToken } from '../../../sites/devices/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { labelsOf } from './labels.ts';
import { readTokenList } from './read-token-list.ts';

interface TokenFlags {
  hours: string;
  approval: boolean;
}

/** `devices token` for one device, `devices tokens` for a list of them. */
export function addTokens(devices: Command): void {
  devices
    .command('token <site> <device>')
    .description('make a one-time enrolment code for a device')
    .option('--tag <tag...>', 'words to group it by', [])
    .option('--profile <id>', 'only a device of this firmware profile may use it')
    .option('--hours <hours>', 'how long the code is good', '24')
    .option('--approval', 'a person compares fingerprints before the device gets its name', false)
    .option('--qr', 'print it as a QR code too', false)
    .action(
      async (
        site: string,
        device: string,
        flags: TokenFlags & { tag: string[]; profile?: string; qr: boolean },
        command: Command,
      ) => {
        const global = command.optsWithGlobals<Global>();
        const body = { site, device, tags: flags.tag, profile: flags.profile, ...termsOf(flags) };
        const made = await (await connect(global)).post<MadeToken>('/api/v1/tokens', body);
        print(made, global.json, () =>
          flags.qr ? `${renderUnicodeCompact(made.code, { ecc: 'L', border: 2 })}\n${made.code}` : made.code,
        );
      },
    );
  devices
    .command('tokens <file>')
    .description(
      'make codes for every device of a CSV file (site,device,tags,profile,zone,region): all of them or none',
    )
    .option('--hours <hours>', 'how long the codes are good', '168')
    .option('--approval', 'a person compares fingerprints before a device gets its name', false)
    .option('--labels <file>', 'write labels to print, one for each device (HTML, A4)')
    .action(async (file: string, flags: TokenFlags & { labels?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const body = { tokens: await readTokenList(file), ...termsOf(flags) };
      const { tokens } = await (await connect(global)).post<{ tokens: MadeToken[] }>('/api/v1/tokens/batch', body);
      // Whoever reads the labels can enrol: they are nobody else's to read.
      if (flags.labels !== undefined) await writeFile(flags.labels, labelsOf(tokens), { mode: 0o600 });
      print(tokens, global.json, () =>
        flags.labels === undefined
          ? table(
              ['site', 'device', 'code'],
              tokens.map((one) => [one.site, one.device, one.code]),
            )
          : `${tokens.length} codes; labels to print: ${flags.labels}`,
      );
    });
}

function termsOf({ hours, approval }: TokenFlags): { hours: number; approval: 'required' | 'policy' } {
  return { hours: Number(hours), approval: approval ? 'required' : 'policy' };
}
