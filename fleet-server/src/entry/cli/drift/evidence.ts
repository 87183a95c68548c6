import type { Command } from 'commander';
import type { Hold } from '@plumbline/shared/drift';
import type { KeptFinding } from '../../../insight/drift/index.ts';
import { connect, type Global } from '../connection.ts';
import { everyPage } from '../every-page.ts';
import { print, table } from '../output.ts';

interface Refusal {
  device: string;
  site: string;
  code: string;
  field: string;
  expected: string;
  refusedAt: number;
}

/** `drift status|findings|holds|refusals`: what the server found in what devices counted. */
export function addEvidence(drift: Command): void {
  drift
    .command('status <line>')
    .description('changes that last, and what is held back from training')
    .action(async (line: string, _flags: object, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const server = await connect(global);
      const { findings } = await server.get<{ findings: KeptFinding[] }>(`${pathOf(line)}/findings?standing=true`);
      const { holds } = await server.get<{ holds: Hold[] }>(`${pathOf(line)}/holds`);
      const open = holds.filter(({ to }) => to === null);
      print({ findings, holds: open }, global.json, () =>
        findings.length + open.length === 0
          ? `${line}: nothing has surely moved`
          : [...findings.map(told), ...(open.length === 0 ? [] : [holdTable(open)])].join('\n\n'),
      );
    });
  drift
    .command('findings <line>')
    .description('what looks have found, newest first')
    .option('--version-of <version>', 'of this version alone')
    .option('--kind <kind>', 'covariate, score, label, concept, estimated, realised, fairness, quality or sequence')
    .option('--all', 'what was no alarm too', false)
    .action(async (line: string, flags: { versionOf?: string; kind?: string; all: boolean }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const query = new URLSearchParams({
        ...(flags.versionOf !== undefined && { version: flags.versionOf }),
        ...(flags.kind !== undefined && { kind: flags.kind }),
        ...(!flags.all && { alarm: 'true' }),
      });
      const server = await connect(global);
      const { findings } = await server.get<{ findings: KeptFinding[] }>(`${pathOf(line)}/findings?${query}`);
      print(findings, global.json, () =>
        table(
          ['', 'day', 'kind', 'where', 'effect', 'what'],
          findings.map((one) => [
            one.alarm ? '!' : '',
            dayOf(one.from),
            one.quality ?? one.kind,
            placeOf(one.scope),
            one.effect.toFixed(2),
            one.sentence,
          ]),
        ),
      );
    });
  drift
    .command('holds <line>')
    .description('values that nothing is trained on, and since when')
    .action(async (line: string, _flags: object, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { holds } = await (await connect(global)).get<{ holds: Hold[] }>(`${pathOf(line)}/holds`);
      print(holds, global.json, () => holdTable(holds));
    });
  drift
    .command('refusals')
    .description('evidence that was not counted, and why')
    .option('--device <device>', 'of this device alone')
    .action(async ({ device }: { device?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/evidence/refusals${device === undefined ? '' : `?device=${encodeURIComponent(device)}`}`;
      const client = await connect(global);
      const refusals = await everyPage(client, path, (page: { refusals: Refusal[] }) => page.refusals);
      print(refusals, global.json, () =>
        table(
          ['refused', 'device', 'site', 'code', 'field', 'expected'],
          refusals.map((one) => [
            new Date(one.refusedAt).toISOString().slice(0, 19),
            one.device,
            one.site,
            one.code,
            one.field,
            one.expected,
          ]),
        ),
      );
    });
}

function told({ sentence, sure, todo, begunAt, since }: KeptFinding): string {
  const when =
    since === undefined ? dayOf(begunAt) : `${dayOf(since.at)} (${dayOf(since.low)} to ${dayOf(since.high)})`;
  return [sentence, `  since  ${when}`, `  sure   ${sure}`, `  do     ${todo}`].join('\n');
}

function holdTable(holds: readonly Hold[]): string {
  return table(
    ['held back', 'where', 'from', 'to'],
    holds.map(({ feature, scope, from, to }) => [
      feature,
      placeOf(scope),
      dayOf(from),
      to === null ? 'now' : dayOf(to),
    ]),
  );
}

function placeOf({ of, id }: Hold['scope']): string {
  return of === 'fleet' ? 'fleet' : `${of} ${id}`;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function pathOf(line: string): string {
  return `/api/v1/drift/${encodeURIComponent(line)}`;
}
