import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { Policy } from '../../../delivery/rollouts/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

export function addPolicies(program: Command): void {
  const policies = program
    .command('policies')
    .description('gates, windows and stages that rollouts take over by name; written by `plumbline apply`');
  policies
    .command('list')
    .description('all of them')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const answer = await (await connect(global)).get<{ policies: Policy[] }>('/api/v1/policies');
      print(answer.policies, global.json, () =>
        table(
          ['policy', 'revision', 'by', 'what for'],
          answer.policies.map((one) => [
            one.name,
            one.revision,
            one.updatedBy ?? 'built in',
            one.spec.description ?? '',
          ]),
        ),
      );
    });
  policies
    .command('show <name>')
    .description('one of them, as a document for `plumbline apply`')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const policy = await (await connect(global)).get<Policy>(`/api/v1/policies/${encodeURIComponent(name)}`);
      print(policy, global.json, () => stringify({ kind: 'Policy', name: policy.name, spec: policy.spec }).trimEnd());
    });
  policies
    .command('remove <name>')
    .description('rollouts that took it over keep what they took')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const removed = await (
        await connect(global)
      ).delete<{ name: string }>(`/api/v1/policies/${encodeURIComponent(name)}`);
      print(removed, global.json, () => `${removed.name} is gone`);
    });
}
