import type { Command } from 'commander';
import type { TelemetryCounts } from '../../../insight/telemetry/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

interface Page {
  rows: Record<string, unknown>[];
  next: { stream: string; seq: number } | null;
}

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
    .description('every row as NDJSON')
    .action(async (_flags: unknown, command: Command) => {
      const client = await connect(command.optsWithGlobals<Global>());
      let next: Page['next'] = { stream: '', seq: 0 };
      while (next !== null) {
        const query = new URLSearchParams({ stream: next.stream, seq: String(next.seq) });
        const page: Page = await client.get<Page>(`/api/v1/telemetry/export?${query}`);
        for (const row of page.rows) console.log(JSON.stringify(row));
        next = page.next;
      }
    });
}
