import type { Command } from 'commander';
import type { Lineage, ModelHistory, ShownCard, VersionComparison } from '../../../learning/experiments/index.ts';
import type { Alias, Deprecation } from '../../../supply/models/index.ts';
import { connect, type Global } from '../connection.ts';
import { addModelsExport } from '../mlflow/export-version.ts';
import { print, table } from '../output.ts';
import { momentOf, readVersion } from './read-version.ts';
import { showHistory, showLineage, showVersions } from './show-registry.ts';

/** `models history|alias|deprecate|reinstate|compare|lineage|card|export`. */
export function addRegistry(models: Command): void {
  addAsking(models);
  addModelsExport(models);
  models
    .command('alias <line> [name] [version]')
    .description('list the names of a line, or point one at a version')
    .option('--expected <version>', 'only when it points there now; `none`: when there is none yet')
    .option('--remove', 'take the name away', false)
    .action(
      async (
        line: string,
        name: string | undefined,
        version: string | undefined,
        flags: AliasFlags,
        command: Command,
      ) => {
        const global = command.optsWithGlobals<Global>();
        const client = await connect(global);
        const path = `/api/v1/lines/${encodeURIComponent(line)}/aliases`;
        const expected = flags.expected === 'none' ? null : flags.expected;
        if (name === undefined || (version === undefined && !flags.remove)) {
          const { aliases } = await client.get<{ aliases: Alias[] }>(path);
          const shown = aliases.filter((one) => name === undefined || one.name === name);
          print(shown, global.json, () =>
            table(
              ['alias', 'version', 'since', 'by'],
              shown.map((one) => [one.name, one.version, timeOf(one.movedAt), one.movedBy]),
            ),
          );
          return;
        }
        const own = `${path}/${encodeURIComponent(name)}`;
        if (flags.remove) {
          await client.delete(
            expected === undefined || expected === null ? own : `${own}?expected=${encodeURIComponent(expected)}`,
          );
          print({ line, name }, global.json, () => `${line}: ${name} is gone`);
          return;
        }
        const moved = await client.put<Alias>(own, { version, ...(expected === undefined ? {} : { expected }) });
        print(moved, global.json, () => `${line}: ${name} is ${moved.version}`);
      },
    );
  models
    .command('deprecate <model>')
    .description('LINE@VERSION: nothing new begins with it; what runs, runs on')
    .requiredOption('--reason <text>', 'why')
    .option('--replaced-by <version>', 'what to use instead')
    .action(
      async (model: string, { reason, replacedBy }: { reason: string; replacedBy?: string }, command: Command) => {
        const global = command.optsWithGlobals<Global>();
        const { line, version, path } = readVersion(model);
        const body = { reason, ...(replacedBy === undefined ? {} : { replacedBy }) };
        const done = await (await connect(global)).post<Deprecation>(`${path}/deprecate`, body);
        print(done, global.json, () => `${line}@${version} is deprecated: ${reason}`);
      },
    );
  models
    .command('reinstate <model>')
    .description('take a deprecation back')
    .action(async (model: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { path } = readVersion(model);
      const done = await (await connect(global)).post(`${path}/reinstate`, {});
      print(done, global.json, () => `${model} may be used again`);
    });
}

interface AliasFlags {
  expected?: string;
  remove: boolean;
}

function addAsking(models: Command): void {
  models
    .command('history <line>')
    .description('which version was in force at a time, and on which devices')
    .option('--at <time>', 'ISO 8601, such as 2026-03-01T06:00Z; now without')
    .option('--site <site>', 'its devices alone')
    .action(async (line: string, { at, site }: { at?: string; site?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const query = new URLSearchParams({
        ...(at === undefined ? {} : { at: String(momentOf(at)) }),
        ...(site === undefined ? {} : { site }),
      });
      const history = await (
        await connect(global)
      ).get<ModelHistory>(`/api/v1/lines/${encodeURIComponent(line)}/history?${query}`);
      print(history, global.json, () => showHistory(history));
    });
  models
    .command('compare <line> <a> <b>')
    .description('two versions or aliases: inputs, data, figures, sizes')
    .action(async (line: string, a: string, b: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/lines/${encodeURIComponent(line)}/comparison?${new URLSearchParams({ a, b })}`;
      const compared = await (await connect(global)).get<VersionComparison>(path);
      print(compared, global.json, () => showVersions(compared));
    });
  models
    .command('lineage <model>')
    .description('LINE@VERSION: files → datasets → run → version → rollouts')
    .action(async (model: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const lineage = await (await connect(global)).get<Lineage>(`${readVersion(model).path}/lineage`);
      print(lineage, global.json, () => showLineage(lineage));
    });
  models
    .command('card <model>')
    .description('LINE@VERSION: what it is for, made of and worth, as Markdown')
    .option('--md', 'Markdown, as without it; for scripts that say so', true)
    .action(async (model: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const shown = await (await connect(global)).get<ShownCard>(`${readVersion(model).path}/card`);
      print(shown, global.json, () => shown.markdown.trimEnd());
    });
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}
