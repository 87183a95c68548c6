import type { Command } from 'commander';
import type { SiteDevice, SiteRecord } from '../../../sites/register/index.ts';
import type { Client } from '../../approver/index.ts';
import { connect, type Global } from '../connection.ts';
import { everyPage } from '../every-page.ts';
import { print, table } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

type SiteView = SiteRecord & { devices: SiteDevice[] };

interface SetFlags {
  zone?: string;
  region?: string;
  cost?: string;
  note?: string;
  gateway?: string;
  expectedRevision?: string;
}

export function addSites(program: Command): void {
  const sites = program.command('sites').description('sites: time zone, region, cost of the link, and their end');
  sites
    .command('list')
    .description('every site, also those that only devices name')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const all = await everyPage(client, '/api/v1/sites', (page: { sites: SiteRecord[] }) => page.sites);
      print(all, global.json, () =>
        table(
          ['site', 'state', 'zone', 'region', 'cost per MB', 'since', 'note'],
          all.map((one) => [one.id, one.state, one.zone, one.region, one.costPerMb, dayOf(one.createdAt), one.note]),
        ),
      );
    });
  sites
    .command('show <site>')
    .description('one site and its devices; of a closing one, how far each is with leaving')
    .action(async (site: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const view = await (await connect(global)).get<SiteView>(pathOf(site));
      print(view, global.json, () => describe(view));
    });
  sites
    .command('set <site>')
    .description('write a site into the register, or change it; what is left out stays')
    .option('--zone <name>', 'IANA time zone, such as Europe/Berlin')
    .option('--region <name>', 'word to select sites by')
    .option('--cost <number>', 'of a megabyte of its link; "unknown" takes it back')
    .option(
      '--gateway <url>',
      'https address at which its gateway answers the tablets of the site; "none" takes it back',
    )
    .option('--note <text>', 'one line')
    .option('--expected-revision <n>', 'refuse when somebody changed it meanwhile')
    .action(async (site: string, flags: SetFlags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { zone, region, cost, note, gateway, expectedRevision } = flags;
      const body = {
        zone,
        region,
        note,
        ...(gateway !== undefined && { gateway: gateway === 'none' ? null : gateway }),
        ...(cost !== undefined && { costPerMb: cost === 'unknown' ? null : Number(cost) }),
        ...(expectedRevision !== undefined && { expectedRevision: wholeNumber('expected-revision', expectedRevision) }),
      };
      const now = await (await connect(global)).put<SiteRecord>(pathOf(site), body);
      print(now, global.json, () => `${now.id}: ${now.zone}, region ${now.region || '–'}, revision ${now.revision}`);
    });
  sites
    .command('close <site>')
    .description(
      'its devices hand over, wipe themselves and go, then it is archived; given again it says how far that is',
    )
    .option('--days <n>', 'how long devices have to come by', '14')
    .option('--force', 'after that: archive it over the devices that did not answer, and revoke them', false)
    .action(async (site: string, flags: { days: string; force: boolean }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const view = await close(client, site, flags);
      print(view, global.json, () => describe(view));
      if (view.state !== 'archived') process.exitCode = 3;
    });
  sites
    .command('reopen <site>')
    .description('take the order to close back; devices that have gone enrol anew')
    .action(async (site: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const said = await (await connect(global)).post<{ stay: string[] }>(`${pathOf(site)}/reopen`, {});
      print(said, global.json, () => `${site} is open again; ${said.stay.length} devices stay`);
    });
}

/** The first time it begins, later it looks; whoever insists is refused while the deadline runs. */
async function close(
  client: Client,
  site: string,
  { days, force }: { days: string; force: boolean },
): Promise<SiteView> {
  const { state } = await client.get<SiteView>(pathOf(site));
  if (state === 'closing' && force) await client.post(`${pathOf(site)}/archive`, { force });
  else if (state !== 'closing') await client.post(`${pathOf(site)}/close`, { days: Number(days) });
  return client.get<SiteView>(pathOf(site));
}

function describe({ id, state, zone, region, deadlineAt, closedAt, devices }: SiteView): string {
  const when = {
    open: '',
    closing: `, until ${new Date(deadlineAt ?? 0).toISOString().slice(0, 16)} UTC`,
    archived: ` since ${dayOf(closedAt)}`,
  }[state];
  return [
    `${id}: ${state}${when}; ${zone}${region === '' ? '' : `, region ${region}`}`,
    table(
      ['device', 'state', 'last seen', 'not arrived', 'because'],
      devices.map((one) => [
        one.device,
        one.end === 'stays' ? (one.online ? 'online' : 'offline') : one.end,
        one.lastSeenAt === null ? 'never' : new Date(one.lastSeenAt).toISOString().slice(0, 19),
        one.unsent.map(({ class: of, rows }) => `${rows} ${of}`).join(', ') || undefined,
        one.reason,
      ]),
    ),
  ].join('\n');
}

function pathOf(site: string): string {
  return `/api/v1/sites/${encodeURIComponent(site)}`;
}

function dayOf(at: number | null): string | undefined {
  return at === null ? undefined : new Date(at).toISOString().slice(0, 10);
}
