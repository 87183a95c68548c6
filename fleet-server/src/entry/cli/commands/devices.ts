import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import type { Device } from '../../../sites/devices/index.ts';
import type { Client } from '../../approver/index.ts';
import { connect, type Global } from '../connection.ts';
import { everyPage } from '../every-page.ts';
import { addDiagnostics } from './diagnostics.ts';
import { addStanding } from '../enrolment/standing.ts';
import { addSuccession } from '../enrolment/succession.ts';
import { addTag } from '../groups/tag.ts';
import { addWhy } from '../told/why.ts';
import { addTokens } from '../enrolment/tokens.ts';
import { print, table } from '../output.ts';

export function addDevices(program: Command): void {
  const devices = program.command('devices').description('devices: enrol, look at, assign, revoke');
  addTokens(devices);
  addStanding(devices);
  addSuccession(devices);
  addTag(devices);
  addDiagnostics(devices);
  addWhy(devices);
  devices
    .command('list')
    .description('what every device says it runs')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const all = await everyPage(
        await connect(global),
        '/api/v1/devices',
        (page: { devices: Device[] }) => page.devices,
      );
      print(all, global.json, () =>
        table(
          ['device', 'site', 'profile', 'tags', 'status', 'last seen', 'certificate until', 'metadata', 'runs'],
          all.map((one) => [
            one.id,
            one.site,
            one.profile,
            one.tags.join(' '),
            statusOf(one),
            one.lastSeenAt === null ? 'never' : new Date(one.lastSeenAt).toISOString().slice(0, 19),
            one.certificate && new Date(one.certificate.notAfter).toISOString().slice(0, 10),
            metadataOf(one),
            runs(one),
          ]),
        ),
      );
    });
  devices
    .command('assign <device> <model>')
    .description('assign LINE@VERSION to one device, outside any rollout')
    .option('--wait <seconds>', 'wait until the device says that it runs the model, or why not')
    .action(async (device: string, model: string, flags: { wait?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const [line = '', version = ''] = model.split('@');
      const assigned = await client.post<{ seq: number; sha256: string }>(`/api/v1/devices/${device}/assignment`, {
        line,
        version,
      });
      if (flags.wait === undefined)
        return print(assigned, global.json, () => `assignment ${assigned.seq} signed: ${assigned.sha256}`);
      const outcome = await settled(client, { device, line, seq: assigned.seq, seconds: Number(flags.wait) });
      print(
        { ...assigned, ...outcome },
        global.json,
        () =>
          `${device}: ${outcome.state} ${assigned.sha256.slice(0, 12)}${outcome.reason ? ` (${outcome.reason})` : ''}`,
      );
      if (outcome.state !== 'committed' && outcome.state !== 'proving') process.exitCode = 4;
    });
}

/** A device that lives on stale metadata installs nothing. */
function metadataOf({ report, staleMetadata }: Device): string | undefined {
  if (staleMetadata) return 'stale';
  return report && 'fresh';
}

function statusOf({ standing, standingReason, online }: Device): string {
  if (standing !== 'active') return `${standing}: ${standingReason ?? '?'}`;
  return online ? 'online' : 'offline';
}

function runs(device: Device): string {
  return (
    (device.report?.models ?? []).map((one) => `${one.model}@${one.running?.version ?? '–'} ${one.state}`).join(', ') ||
    '–'
  );
}

async function settled(client: Client, of: { device: string; line: string; seq: number; seconds: number }) {
  for (let tries = 0; tries < of.seconds * 4; tries += 1) {
    const { report } = await client.get<Device>(`/api/v1/devices/${of.device}`);
    const model = report?.models.find((one) => one.model === of.line);
    const reached = (model?.target?.assignmentSeq ?? 0) >= of.seq;
    if (reached && model && ['proving', 'committed', 'refused', 'rolled-back'].includes(model.state)) {
      return { state: model.state, reason: model.reason };
    }
    await wait(250);
  }
  throw new CodedError('device_silent', `${of.device} has not reported on assignment ${of.seq} after ${of.seconds} s`, {
    kind: 'unavailable',
    field: 'device',
  });
}
