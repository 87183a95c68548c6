import type { Command } from 'commander';
import type { PendingEnrolment } from '../../../sites/devices/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

/** Who is let in, and who is put out. */
export function addStanding(devices: Command): void {
  devices
    .command('pending')
    .description('devices that have asked and wait for approval')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { pending } = await (await connect(global)).get<{ pending: PendingEnrolment[] }>('/api/v1/enrolments');
      print(pending, global.json, () =>
        table(
          ['device', 'site', 'fingerprint', 'asked'],
          pending.map((one) => [one.device, one.site, one.fingerprint, new Date(one.askedAt).toISOString()]),
        ),
      );
    });
  devices
    .command('approve <device>')
    .description('let in the device that shows this fingerprint')
    .requiredOption('--fingerprint <groups>', 'as the device itself shows it')
    .action(async (device: string, { fingerprint }: { fingerprint: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/enrolments/${encodeURIComponent(device)}/approve`;
      const approved = await (await connect(global)).post<{ site: string }>(path, { fingerprint });
      print(approved, global.json, () => `${device} is approved; it gets its name when it asks again`);
    });
  const orders = [
    ['revoke', 'put a device out for good: it is disconnected, nothing is renewed', 'revoked'],
    ['quarantine', 'shut a device out until it is released', 'quarantined'],
    ['release', 'let a quarantined device in again', 'released'],
  ] as const;
  for (const [order, description, done] of orders) {
    devices
      .command(`${order} <device>`)
      .description(description)
      .requiredOption('--reason <text>', 'kept in the audit')
      .action(async (device: string, { reason }: { reason: string }, command: Command) => {
        const global = command.optsWithGlobals<Global>();
        const path = `/api/v1/devices/${encodeURIComponent(device)}/${order}`;
        await (await connect(global)).post(path, { reason });
        print({ device, [done]: true }, global.json, () => `${device} is ${done}`);
      });
  }
}
