import type { Command } from 'commander';
import type { TelemetryCounts } from '../../../insight/telemetry/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

interface Page {
  rows: Record<string, unknown>[];
  next: { stream: string; seq: number } | null;
}

type Filter = Partial<Record<'ref' | 'site' | 'device' | 'kind' | 'since', string>>;

export function addTelemetry(program: Command): void {
  const telemetry = program.command('telemetry').description('what devices have sent');
  telemetry
    .command('counts')
    .description('rows by kind')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const counts = await (await connect(global)).get<TelemetryCounts>('/api/v1/telemetry/counts');
      print(counts, global.json, () =>
        table(
          ['kind', 'rows'],
          [
            ...Object.entries(counts.byKind),
            ['all', counts.rows],
            ['rejected', counts.rejected],
            ['declared lost', counts.gapped],
          ],
        ),
      );
    });
  telemetry
    .command('export')
    .description('every row as NDJSON, or those that pass all filters')
    .option('--ref <text>', 'the row that a caller of a device gave this reference')
    .option('--site <id>', 'rows of one site')
    .option('--device <id>', 'rows of one device')
    .option('--kind <kind>', 'prediction, entry, window, event, gap or diagnostics')
    .option('--since <time>', 'received then or later: ISO 8601, or ms since the epoch')
    .action(async (_flags: unknown, command: Command) => {
      const { ref, site, device, kind, since, ...global } = command.optsWithGlobals<Global & Filter>();
      const filter = Object.entries({ ref, site, device, kind, since }).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, value]],
      );
      const client = await connect(global);
      for (let next: Page['next'] = { stream: '', seq: 0 }; next !== null;) {
        const query = new URLSearchParams([['stream', next.stream], ['seq', String(next.seq)], ...filter]);
        const page: Page = await client.get<Page>(`/api/v1/telemetry/export?${query}`);
        for (const row of page.rows) console.log(JSON.stringify(row));
        next = page.next;
      }
    });
}
