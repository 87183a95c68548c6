import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Operator } from '../../../platform/access/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

interface Added {
  name: string;
  token: string;
}

export function addOperators(program: Command): void {
  const operators = program.command('operators').description('who may act here, each under a name of their own');
  operators
    .command('add <name>')
    .description('let somebody in; their token is shown once')
    .option('--out <file>', 'write the token to a file only its owner reads, instead of showing it')
    .action(async (name: string, flags: { out?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const added = await (await connect(global)).post<Added>('/api/v1/operators', { name });
      if (flags.out === undefined) return print(added, global.json, () => added.token);
      await writeFile(flags.out, `${added.token}\n`, { mode: 0o600 });
      return print({ name, file: flags.out }, global.json, () => `the token of ${name} is in ${flags.out}`);
    });
  operators
    .command('list')
    .description('by name, and who you are')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const answer = await (await connect(global)).get<{ you: string; operators: Operator[] }>('/api/v1/operators');
      print(answer, global.json, () =>
        [
          `you are ${answer.you}`,
          table(
            ['operator', 'let in', 'by', 'put out'],
            answer.operators.map((one) => [one.name, dayOf(one.createdAt), one.createdBy, dayOf(one.removedAt)]),
          ),
        ].join('\n'),
      );
    });
  operators
    .command('remove <name>')
    .description('their token opens nothing any more; the name stays theirs')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const removed = await (
        await connect(global)
      ).delete<{ name: string }>(`/api/v1/operators/${encodeURIComponent(name)}`);
      print(removed, global.json, () => `${removed.name} is out`);
    });
}

function dayOf(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString().slice(0, 10);
}
