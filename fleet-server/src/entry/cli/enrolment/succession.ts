import type { Command } from 'commander';
import { renderUnicodeCompact } from 'uqr';
import type { Succession, Unsent } from '../../../sites/devices/index.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';

interface CodeFlags {
  hours: string;
  qr: boolean;
}

/** `devices replace`, `move`, `retire`, `stay`: hardware comes and goes, places remain. */
export function addSuccession(devices: Command): void {
  withCode(
    devices
      .command('replace <old> <device>')
      .description(
        'a code for the gateway that takes the place of another; the old one is revoked when it has enrolled',
      )
      .option('--profile <id>', 'class of the new one, where it is another')
      .option('--approval', 'a person compares fingerprints before it gets its name', false),
  ).action(
    async (
      old: string,
      device: string,
      flags: CodeFlags & { profile?: string; approval: boolean },
      command: Command,
    ) => {
      const { hours, profile, approval } = flags;
      const body = { device, profile, hours: Number(hours), ...(approval && { approval: 'required' }) };
      await order(command, `${old}/replace`, body, flags, (made) => [
        `${device} takes the place of ${old} on ${made.token.site} when it has enrolled; ${old} goes on until then`,
        ...unsentLine(old, made.unsent),
      ]);
    },
  );
  withCode(
    devices
      .command('move <device>')
      .description('take a gateway to another site: it hands over, wipes itself and enrols there by this code')
      .requiredOption('--site <site>', 'where it goes')
      .option('--as <name>', 'its name there (default: NAME-SITE)'),
  ).action(async (device: string, flags: CodeFlags & { site: string; as?: string }, command: Command) => {
    const { hours, site, as } = flags;
    const body = { site, name: as, hours: Number(hours) };
    await order(command, `${device}/move`, body, flags, (made) => [
      `${device} hands over what it holds and wipes itself; then, on ${site}: plumbline-agent enrol CODE (as ${made.token.device})`,
      ...unsentLine(device, made.unsent),
    ]);
  });
  devices
    .command('retire <device>')
    .description('a device leaves for good: it hands over what it holds, wipes itself and is revoked')
    .action(async (device: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const said = await (await connect(global)).post<{ seq: number }>(pathOf(`${device}/retire`), {});
      print({ device, ...said }, global.json, () => `${device} was told to leave by assignment ${said.seq}`);
    });
  devices
    .command('stay <device>')
    .description('take back the order to leave, as long as the device has not handed over')
    .action(async (device: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      print(await (await connect(global)).post(pathOf(`${device}/stay`), {}), global.json, () => `${device} stays`);
    });
}

function withCode(command: Command): Command {
  return command
    .option('--hours <hours>', 'how long the code is good', '168')
    .option('--qr', 'print it as a QR code too', false);
}

async function order(
  command: Command,
  path: string,
  body: object,
  flags: CodeFlags,
  say: (made: Succession) => string[],
): Promise<void> {
  const global = command.optsWithGlobals<Global>();
  const made = await (await connect(global)).post<Succession>(pathOf(path), body);
  const { code } = made.token;
  print(made, global.json, () =>
    [...say(made), ...(flags.qr ? [renderUnicodeCompact(code, { ecc: 'L', border: 2 })] : []), code].join('\n'),
  );
}

function pathOf(path: string): string {
  return `/api/v1/devices/${path.split('/').map(encodeURIComponent).join('/')}`;
}

function unsentLine(device: string, unsent: readonly Unsent[]): string[] {
  if (unsent.length === 0) return [];
  const each = unsent.map((one) => `${one.rows} ${one.class}`).join(', ');
  return [`${device} holds at least ${each} that have not arrived`];
}
