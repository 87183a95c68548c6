import type { Command } from 'commander';
import type { KeptRule } from '../../../insight/alerts/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

interface Flags {
  kinds?: string;
  lines?: string;
  sites?: string;
  severities?: string;
  email?: string;
  webhooks?: string;
}

/** `alerts rules [list|put|remove]`: who is told of which alerts. */
export function addRules(alerts: Command): void {
  const rules = alerts.command('rules').description('who is told of which alerts');
  rules
    .command('list', { isDefault: true })
    .description('rules by name')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const found = await (await connect(global)).get<{ rules: KeptRule[] }>('/api/v1/alerts/rules');
      print(found.rules, global.json, () =>
        table(
          ['rule', 'alerts', 'are told to', 'by'],
          found.rules.map(({ name, when, routes, updatedBy }) => [
            name,
            Object.entries(when)
              .map(([key, values]) => `${key} ${values?.join(',') ?? ''}`)
              .join('; ') || 'all',
            [...routes.email, ...routes.webhooks].join(' '),
            updatedBy,
          ]),
        ),
      );
    });
  rules
    .command('put <name>')
    .description('add a rule, or replace it; what is not named does not matter')
    .option('--kinds <list>', 'as drift,site_silent')
    .option('--lines <list>', 'of models')
    .option('--sites <list>', 'where')
    .option('--severities <list>', 'notice, warning, critical')
    .option('--email <list>', 'addresses')
    .option('--webhooks <list>', 'besides those that take alert.* by their types')
    .action(async (name: string, flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { email, webhooks, ...given } = flags;
      const when = Object.fromEntries(
        (['kinds', 'lines', 'sites', 'severities'] as const).flatMap((key) =>
          given[key] === undefined ? [] : [[key, listIn(given[key])]],
        ),
      );
      const body = { name, when, routes: { email: listIn(email), webhooks: listIn(webhooks) } };
      const kept = await (await connect(global)).post<KeptRule>('/api/v1/alerts/rules', body);
      print(kept, global.json, () => `${name} is kept`);
    });
  rules
    .command('remove <name>')
    .description('take a rule away')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/alerts/rules/${encodeURIComponent(name)}/remove`;
      print(await (await connect(global)).post<object>(path, {}), global.json, () => `${name} is removed`);
    });
}

function listIn(text = ''): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
