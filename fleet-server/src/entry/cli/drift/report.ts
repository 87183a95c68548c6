import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import type { DriftMaterial } from '../../report/index.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

interface Flags {
  html: string;
  days: string;
}

/** `drift report MODEL --html FILE`: one page with pictures and everything in it. */
export function addReport(drift: Command): void {
  drift
    .command('report <model>')
    .description('what is known of the drift of a model, as one HTML file; MODEL is a line, or LINE@VERSION')
    .requiredOption('--html <file>', 'where to write it')
    .option('--days <n>', 'how far back', '90')
    .action(async (model: string, { html, days }: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const at = model.lastIndexOf('@');
      const [line, version] = at > 0 ? [model.slice(0, at), model.slice(at + 1)] : [model, undefined];
      const query = new URLSearchParams({ days: String(wholeNumber('--days', days)), ...(version && { version }) });
      const path = `/api/v1/drift/${encodeURIComponent(line)}/report?${query}`;
      const material = await (await connect(global)).get<DriftMaterial>(path);
      // Drawing takes a second to load, which nobody else should pay.
      const { changesOf, driftHtml } = await import('../../report/index.ts');
      const page = await driftHtml(material);
      await writeFile(html, page).catch((cause: unknown) => {
        const message = `${html}: cannot be written`;
        throw new CodedError('file_unwritable', message, { field: '--html', expected: 'a file in a folder', cause });
      });
      const alarms = changesOf(material.findings.filter(({ alarm }) => alarm)).length;
      const said = { model: `${material.line}@${material.version}`, html, alarms, periods: material.periods.length };
      print(said, global.json, () => `${html}: ${said.model}, ${alarms} alarms, ${said.periods} periods`);
    });
}
