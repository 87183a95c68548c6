import type { Command } from 'commander';
import type { Turn } from '../../../learning/retraining/index.ts';
import { connect, type Global } from '../connection.ts';
import { everyPage } from '../every-page.ts';
import { print, table } from '../output.ts';
import { addRetrainPolicies } from './policies.ts';

interface Stop {
  by: string;
  reason: string;
  actor: string;
}

/** `plumbline retrain`: policies of retraining, turns, and the switch over everything automatic. */
export function addRetrain(program: Command): void {
  const retrain = program.command('retrain').description('from drift to a better model: policies, turns, the switch');
  retrain
    .command('run <line>')
    .description('examine a candidate for a line now, by its policy')
    .action(async (line: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const turn = await (await connect(global)).post<Turn>(`/api/v1/retraining/${encodeURIComponent(line)}/turns`, {});
      print(turn, global.json, () => `${turn.id} of ${line} is ${turn.state}: candidate against ${turn.champion}`);
    });
  retrain
    .command('list [line]')
    .description('turns, the newest first')
    .action(async (line: string | undefined, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const query = line === undefined ? '' : `?line=${encodeURIComponent(line)}`;
      const path = `/api/v1/retraining/turns${query}`;
      const turns = await everyPage(await connect(global), path, (page: { turns: Turn[] }) => page.turns);
      print({ turns }, global.json, () =>
        table(
          ['turn', 'line', 'opened', 'cause', 'state', 'candidate', 'says'],
          turns.map((one) => [
            one.id,
            one.line,
            new Date(one.openedAt).toISOString(),
            one.cause,
            one.state,
            one.candidate ?? '–',
            one.says,
          ]),
        ),
      );
    });
  retrain
    .command('show <turn>')
    .description('why a turn was opened, what it compared, and what came of it')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const turn = await (await connect(global)).get<Turn>(`/api/v1/retraining/turns/${encodeURIComponent(id)}`);
      print(turn, global.json, () => showTurn(turn));
    });
  retrain
    .command('stop')
    .description('nothing begins by itself any more: no turn, no pipeline on drift or alerts; looks at drift go on')
    .requiredOption('--reason <text>', 'for the audit')
    .action(async (flags: { reason: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const stop = await (await connect(global)).post<Stop>('/api/v1/automation/stop', { reason: flags.reason });
      print(stop, global.json, () => `stopped by ${stop.actor}: ${stop.reason}`);
    });
  retrain
    .command('resume')
    .description('what is automatic goes on')
    .requiredOption('--reason <text>', 'for the audit')
    .action(async (flags: { reason: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const answer = await (
        await connect(global)
      ).post<{ stop: Stop | null }>('/api/v1/automation/resume', { reason: flags.reason });
      print(answer, global.json, () =>
        answer.stop === null
          ? 'goes on'
          : `still stopped by the ${answer.stop.by} of ${answer.stop.actor}: ${answer.stop.reason}`,
      );
    });
  addRetrainPolicies(retrain);
}

function showTurn(turn: Turn): string {
  const { comparison, window, leftOut } = turn.details as {
    comparison?: { sentence: string; slices: { name: string; rows: number; high: number; limit: number }[] };
    window?: { form: string; trials: { form: string; rows: number; brier: number | null; says: string }[] };
    leftOut?: string[];
  };
  return [
    `${turn.id} of ${turn.line}: ${turn.state}, ${turn.says}`,
    `opened ${new Date(turn.openedAt).toISOString()} by ${turn.actor}: ${turn.sentence}`,
    `champion ${turn.champion}, candidate ${turn.candidate ?? '–'}, rollout ${turn.rollout ?? '–'}, try ${turn.tries} of its year`,
    ...(comparison === undefined ? [] : [comparison.sentence]),
    ...(window === undefined ? [] : [`learns from ${window.form}`]),
    ...(window?.trials ?? []).map(
      ({ form, rows, brier, says }) => `  ${form}: ${rows} rows, Brier ${brier?.toFixed(4) ?? '–'}, ${says}`,
    ),
    ...(comparison?.slices ?? []).map(
      ({ name, rows, high, limit }) => `  ${name}: ${rows} rows, worse by at most ${high.toFixed(4)}, limit ${limit}`,
    ),
    ...(leftOut ?? []),
  ].join('\n');
}
