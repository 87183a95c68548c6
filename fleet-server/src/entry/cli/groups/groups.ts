import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import type { GroupSummary, SelectorPreview, StandingRelease } from '../../../sites/groups/index.ts';
import { connect, type Global } from '../connection.ts';
import { everyPage } from '../every-page.ts';
import { print, table } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

interface MemberFlags {
  selector?: string;
  devices?: string;
  note?: string;
}

/** Whole, with the names of its members. */
type Shown = GroupSummary & { devices: string[] };

export function addGroups(program: Command): void {
  const groups = program
    .command('groups')
    .description('groups of devices: by selector or by list, and what newcomers get');
  addReading(groups);
  addWriting(groups);
  groups
    .command('standing <group> <model>')
    .description('LINE@VERSION is what newcomers to the group are given; with --clear, LINE is not given any more')
    .option('--clear', 'take it back', false)
    .action(async (group: string, model: string, { clear }: { clear: boolean }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const [line = '', version = ''] = model.split('@');
      if (clear) {
        const cleared = await client.delete(`${at(group)}/standing/${encodeURIComponent(line)}`);
        return print(cleared, global.json, () => `${group} has no standing release of ${line}`);
      }
      const set = await client.put<StandingRelease>(`${at(group)}/standing`, { line, version });
      print(set, global.json, () => `${group} gets ${line}@${version}, whoever of it has nothing newer`);
    });
}

function addReading(groups: Command): void {
  groups
    .command('list')
    .description('all groups with their members counted')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { groups: all } = await (await connect(global)).get<{ groups: GroupSummary[] }>('/api/v1/groups');
      print(all, global.json, () =>
        table(
          ['group', 'devices', 'reachable', 'standing release', 'members'],
          all.map((one) => [one.name, one.count, one.eligible, standingOf(one), one.selector ?? 'by list']),
        ),
      );
    });
  groups
    .command('show <name>')
    .description('one group with its members')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const shown = await getShown(await connect(global), name);
      print(shown, global.json, () => describe(shown));
    });
  groups
    .command('preview <selector>')
    .description('whom a selector finds now')
    .option('--show <count>', 'how many names to print', '20')
    .action(async (selector: string, { show }: { show: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const body = { selector, shown: wholeNumber('show', show) };
      const found = await (await connect(global)).post<SelectorPreview>('/api/v1/selectors/preview', body);
      print(found, global.json, () => describePreview(found));
    });
}

function addWriting(groups: Command): void {
  groups
    .command('create <name>')
    .description('give devices a name')
    .option('--selector <selector>', 'whoever it finds at the time')
    .option('--devices <names>', 'these, separated by commas')
    .option('--note <text>', 'what it is for')
    .action(async (name: string, flags: MemberFlags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      await client.post('/api/v1/groups', { name, ...membersOf(flags) });
      const shown = await getShown(client, name);
      print(shown, global.json, () => `${name}: ${shown.count} devices`);
    });
  groups
    .command('update <name>')
    .description('other members, or another note')
    .option('--selector <selector>', 'whoever it finds at the time')
    .option('--devices <names>', 'these and nobody else, separated by commas')
    .option('--add <names>', 'these too')
    .option('--remove <names>', 'these no more')
    .option('--note <text>', 'what it is for')
    .option('--expected-revision <number>', 'only if nobody has changed it since')
    .action(async (name: string, flags: UpdateFlags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      await sendUpdate(client, name, flags);
      const shown = await getShown(client, name);
      print(shown, global.json, () => `${name}: ${shown.count} devices, revision ${shown.revision}`);
    });
  groups
    .command('remove <name>')
    .description('take a name away; the devices stay as they are')
    .option('--expected-revision <number>', 'only if nobody has changed it since')
    .action(async (name: string, flags: { expectedRevision?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const query =
        flags.expectedRevision === undefined
          ? ''
          : `?expectedRevision=${wholeNumber('expected-revision', flags.expectedRevision)}`;
      const removed = await (await connect(global)).delete(`${at(name)}${query}`);
      print(removed, global.json, () => `${name} is removed`);
    });
}

interface UpdateFlags extends MemberFlags {
  add?: string;
  remove?: string;
  expectedRevision?: string;
}

async function sendUpdate(
  client: Awaited<ReturnType<typeof connect>>,
  name: string,
  { add, remove, expectedRevision, ...flags }: UpdateFlags,
): Promise<void> {
  const guard =
    expectedRevision === undefined ? {} : { expectedRevision: wholeNumber('expected-revision', expectedRevision) };
  if (add === undefined && remove === undefined) {
    await client.put(at(name), { ...membersOf(flags), ...guard });
    return;
  }
  if (Object.keys(flags).length > 0) {
    throw new CodedError('group_invalid', '--add and --remove change a list, and nothing else at once', {
      field: 'add',
      expected: '--add and --remove, or the others',
    });
  }
  await client.post(`${at(name)}/devices`, { add: namesIn(add), remove: namesIn(remove), ...guard });
}

function membersOf({ selector, devices, note }: MemberFlags) {
  return {
    ...(selector !== undefined && { selector }),
    ...(devices !== undefined && { devices: namesIn(devices) }),
    ...(note !== undefined && { note }),
  };
}

/** Empty for an empty list. */
function namesIn(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

async function getShown(client: Awaited<ReturnType<typeof connect>>, name: string): Promise<Shown> {
  const devices = await everyPage(client, `${at(name)}/devices`, (page: { devices: string[] }) => page.devices);
  return { ...(await client.get<GroupSummary>(at(name))), devices };
}

function at(name: string): string {
  return `/api/v1/groups/${encodeURIComponent(name)}`;
}

function standingOf({ standing }: GroupSummary): string | undefined {
  return standing.map(({ line, version }) => `${line}@${version}`).join(', ') || undefined;
}

function describe(group: Shown): string {
  return [
    `${group.name}: ${group.count} devices, ${group.eligible} of them reachable by a rollout; revision ${group.revision}`,
    ...(group.note === '' ? [] : [group.note]),
    `members: ${group.selector ?? 'by list'}`,
    `standing release: ${standingOf(group) ?? 'none'}`,
    ...group.devices.map((device) => `  ${device}`),
  ].join('\n');
}

function describePreview(found: SelectorPreview): string {
  const more = found.count - found.devices.length;
  return [
    found.selector,
    `${found.count} devices, ${found.eligible} of them reachable by a rollout`,
    ...(found.count === 0
      ? []
      : [
          '',
          table(
            ['site', 'devices'],
            found.bySite.map((one) => [one.site, one.count]),
          ),
        ]),
    ...(found.count === 0
      ? []
      : [
          '',
          table(
            ['profile', 'devices'],
            found.byProfile.map((one) => [one.profile, one.count]),
          ),
          '',
        ]),
    ...found.devices.map((device) => `  ${device}`),
    ...(more > 0 && found.devices.length > 0 ? [`  … and ${more} more`] : []),
  ].join('\n');
}
