import type { Command } from 'commander';
import { parse } from 'yaml';
import { toBase64 } from '@plumbline/shared/trust';
import type { TrialRow, VersionSummary } from '../../../supply/models/index.ts';
import { connect, type Global } from '../connection.ts';
import { everyPage } from '../every-page.ts';
import { addInspect } from '../models/inspect.ts';
import { addOptimize } from '../models/optimize.ts';
import { addRegistry } from '../models/registry.ts';
import { readModelFile } from '../models/read-model-file.ts';
import { print, table } from '../output.ts';

interface Imported {
  line: string;
  version: string;
  counter: number;
  trials: TrialRow[];
  changes: string[];
  /** With a dataset: what the quality gate says beside its pass. */
  gate?: { reasons: { sentence: string }[] };
}

export function addModels(program: Command): void {
  const models = program.command('models').description('models: take in, look at');
  models
    .command('import <file>')
    .description('take in an ONNX file; it waits for its second signature afterwards')
    .requiredOption('--mapping <yaml>', 'what the inputs and outputs of the file mean')
    .option('--dataset <name@version>', 'a registered dataset: judges the model, and gives reference and metrics')
    .action(async (file: string, flags: { mapping: string; dataset?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const mapping: unknown = parse(Buffer.from(await readModelFile(flags.mapping)).toString('utf8'));
      const imported = await client.post<Imported>('/api/v1/models', {
        mapping,
        model: toBase64(await readModelFile(file)),
        ...(flags.dataset === undefined ? {} : { dataset: flags.dataset }),
      });
      print(imported, global.json, () =>
        [
          `${imported.line}@${imported.version} sealed under release counter ${imported.counter}; awaiting approval`,
          ...imported.changes.map((change) => `  changed: ${change}`),
          ...(imported.gate?.reasons ?? []).map(({ sentence }) => `  ${sentence}`),
          table(
            ['variant', 'bytes', 'brotli', 'max diff', 'verdict'],
            imported.trials.map((row) => [
              row.variant,
              row.bytes,
              row.wire.brotli,
              row.maxDiff,
              `${row.verdict}: ${row.reason}`,
            ]),
          ),
        ].join('\n'),
      );
    });
  models
    .command('list')
    .description('all versions, newest first')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const all = await everyPage(client, '/api/v1/models', (page: { models: VersionSummary[] }) => page.models);
      print(all, global.json, () =>
        table(
          ['model', 'state', 'counter', 'algorithm', 'variants'],
          all.map((one) => [
            `${one.line}@${one.version}`,
            one.deprecation === undefined ? one.state : `${one.state}, deprecated`,
            one.counter,
            one.algorithm,
            one.variants.map((variant) => `${variant.variant} ${variant.archive.slice(0, 12)}`).join(', '),
          ]),
        ),
      );
    });
  addInspect(models);
  addOptimize(models);
  addRegistry(models);
}
