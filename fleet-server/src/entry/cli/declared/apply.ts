import type { Command } from 'commander';
// Not by the door of the room: what applies on the server would cost a second before the first file is read.
import { DeclaredError } from '../../../delivery/declared/errors.ts';
import { readFiles } from '../../../delivery/declared/files/read-files.ts';
import type { DeclaredAnswer, PlacedProblem, ReadFiles } from '../../../delivery/declared/index.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';
import { readFolder } from './read-folder.ts';
import { countOf, showChanges, showProblems } from './show.ts';

interface Flags {
  file: string;
  dryRun: boolean;
  exitCode: boolean;
}

/** Beside those of every command: only with `--exit-code`. */
export const CHANGES_EXIT_CODE = 5;

export function addApply(program: Command): void {
  program
    .command('apply')
    .description(
      'make the fleet what files say: sites, policies, groups, rollouts, pipelines; what no file names is left alone',
    )
    .requiredOption('-f, --file <path>', 'a YAML or JSON file, or a folder of them')
    .option('--dry-run', 'say what would change and what is wrong; change nothing', false)
    .option('--exit-code', `end with ${CHANGES_EXIT_CODE} where something was or would be changed`, false)
    .action(async (flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const read = readFiles(await readFolder(flags.file));
      const client = await connect(global);
      const ask = (dryRun: boolean) =>
        client.post<DeclaredAnswer>('/api/v1/declared', { documents: read.documents, dryRun });
      const trial = read.isTooMany ? undefined : await ask(true);
      const problems = allOf(read, trial);
      if (problems.length > 0) return refuse(problems, global.json);
      const answer = flags.dryRun ? trial! : await ask(false);
      const { changes, isApplied } = answer;
      print({ changes, isApplied, problems }, global.json, () =>
        [
          showChanges(changes),
          `${countOf(changes)}${isApplied ? '; applied' : ' (dry run: nothing was changed)'}`,
        ].join('\n'),
      );
      const isChanged = changes.some(({ action }) => action !== 'unchanged');
      if (flags.exitCode && isChanged) process.exitCode = CHANGES_EXIT_CODE;
    });
}

/** By file and line. What the server misses may stand in what could not be read, so that is not told twice. */
function allOf(read: ReadFiles, trial: DeclaredAnswer | undefined): PlacedProblem[] {
  const isWhole = read.problems.length === 0;
  const said = (trial?.problems ?? []).filter(({ code }) => isWhole || code.startsWith('declared_'));
  const placed = said.map((one) => ({ ...one, ...read.placeOf(one.document ?? 0, one.path) }));
  return [...read.problems, ...placed].toSorted((a, b) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
  );
}

/** Every problem on its own, then the refusal as every command says it. */
function refuse(problems: readonly PlacedProblem[], json: boolean): never {
  if (json) console.log(JSON.stringify({ changes: [], isApplied: false, problems }));
  else console.log(showProblems(problems));
  const { file, line, field } = problems[0]!;
  throw new DeclaredError('declared_refused', `${problems.length} problems; nothing was applied`, {
    field: `${file}:${line}${field === '' ? '' : ` ${field}`}`,
  });
}
