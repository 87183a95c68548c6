import type { Command } from 'commander';
import type { Delivery, Webhook, WebhookStanding } from '../../webhooks/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

const path = (id: string, order: string) => `/api/v1/webhooks/${encodeURIComponent(id)}/${order}`;

export function addWebhooks(program: Command): void {
  const webhooks = program.command('webhooks').description('other programs that are told what happens');
  webhooks
    .command('add <url>')
    .description('send events there from now on; prints the secret, once')
    .option('--types <list>', 'types or families, separated by commas, as rollout.*,alert.raised', '*')
    .option('--description <text>', 'for people', '')
    .action(async (url: string, flags: { types: string; description: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const types = flags.types.split(',').map((type) => type.trim());
      const body = { url, types, description: flags.description };
      const made = await (await connect(global)).post<Webhook & { secret: string }>('/api/v1/webhooks', body);
      print(made, global.json, () => `${made.id}\nsecret, shown this once: ${made.secret}`);
    });
  webhooks
    .command('list')
    .description('receivers and how each of them stands')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { webhooks: all } = await (await connect(global)).get<{ webhooks: WebhookStanding[] }>('/api/v1/webhooks');
      print(all, global.json, () =>
        table(
          ['webhook', 'url', 'types', 'state', 'waiting', 'dead', 'last delivered'],
          all.map((one) => [
            one.id,
            one.url,
            one.types.join(' '),
            one.paused === undefined ? 'sends' : `paused: ${one.paused.reason}`,
            one.waiting,
            one.dead,
            timeOf(one.lastDeliveredAt),
          ]),
        ),
      );
    });
  for (const [name, word, says] of [
    ['remove', 'remove', 'take a receiver away, with what waits for it'],
    ['resume', 'resume', 'send again, also what happened meanwhile'],
    ['test', 'test', 'send a webhook.ping'],
  ] as const) {
    webhooks
      .command(`${name} <webhook>`)
      .description(says)
      .action(async (id: string, _flags: unknown, command: Command) => {
        const global = command.optsWithGlobals<Global>();
        const done = await (await connect(global)).post<object>(path(id, word), {});
        print(done, global.json, () => `${id}: ${name} is done`);
      });
  }
  webhooks
    .command('pause <webhook>')
    .description('send nothing until it is resumed; events are kept for it')
    .option('--reason <text>', 'shown beside it', 'by hand')
    .action(async (id: string, flags: { reason: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      print(await (await connect(global)).post<object>(path(id, 'pause'), flags), global.json, () => `${id} is paused`);
    });
  webhooks
    .command('rotate <webhook>')
    .description('give it a new secret, printed once; the old one signs too for a while')
    .option('--grace-hours <n>', 'how long', '24')
    .action(async (id: string, flags: { graceHours: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const body = { graceHours: wholeNumber('grace-hours', flags.graceHours) };
      const made = await (await connect(global)).post<{ secret: string }>(path(id, 'rotate'), body);
      print(made, global.json, () => `secret, shown this once: ${made.secret}`);
    });
  addDeadLetters(webhooks);
}

function addDeadLetters(webhooks: Command): void {
  webhooks
    .command('dead [webhook]')
    .description('messages that were given up')
    .action(async (id: string | undefined, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const query = id === undefined ? '' : `?webhook=${encodeURIComponent(id)}`;
      const { deliveries } = await (
        await connect(global)
      ).get<{ deliveries: Delivery[] }>(`/api/v1/webhooks/dead${query}`);
      print(deliveries, global.json, () =>
        table(
          ['delivery', 'webhook', 'type', 'happened', 'attempts', 'last attempt', 'reason'],
          deliveries.map((one) => [
            one.id,
            one.webhook,
            one.type,
            timeOf(one.createdAt),
            one.attempts,
            timeOf(one.lastAt),
            one.lastReason,
          ]),
        ),
      );
    });
  webhooks
    .command('retry <webhook>')
    .description('send again what was given up')
    .option('--delivery <id>', 'one message instead of all')
    .action(async (id: string, flags: { delivery?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const done = await (await connect(global)).post<{ retried: number }>(path(id, 'retry'), flags);
      print(done, global.json, () => `${done.retried} messages are on their way again`);
    });
}

function timeOf(at: number | null | undefined): string {
  return at === null || at === undefined ? '–' : new Date(at).toISOString().slice(0, 19);
}
