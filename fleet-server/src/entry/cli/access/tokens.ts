import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ApiToken } from '../../../platform/access/index.ts';
import { readAddress } from '../../../state-folder.ts';
import { signedIn } from '../../approver/signed-in.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { readSecret } from './read-secret.ts';
import { timeOf } from './setup.ts';

interface Made {
  id: string;
  token: string;
  expiresAt: number;
}

/** `plumbline tokens`: programs that act for a user. */
export function addTokens(program: Command): void {
  const tokens = program.command('tokens').description('tokens of programs that act for a user');
  tokens
    .command('create <name>')
    .description('for the user who signs in by the password on standard input, or by --as; it is shown once')
    .requiredOption('--scopes <permissions>', 'what it may, separated by commas, such as devices:read,telemetry:read')
    .option('--user <name>', 'whose it is; their password is asked for')
    .option('--days <days>', 'how long it opens, at most 366', Number, 90)
    .option('--out <file>', 'write it to a file only its owner reads, instead of showing it')
    .action(
      async (name: string, flags: { scopes: string; user?: string; days: number; out?: string }, command: Command) => {
        const global = command.optsWithGlobals<Global>();
        const body = { name, scopes: flags.scopes.split(',').map((scope) => scope.trim()), days: flags.days };
        const client =
          flags.user === undefined
            ? await connect(global)
            : await signedIn(
                await readAddress(resolve(global.state)),
                flags.user,
                await readSecret(`password of ${flags.user}: `),
              );
        const made = await client.post<Made>('/api/v1/api-tokens', body);
        if (flags.out === undefined) {
          return print(made, global.json, () => `${made.token}\n${made.id}, until ${timeOf(made.expiresAt)}`);
        }
        await writeFile(flags.out, `${made.token}\n`, { mode: 0o600 });
        const { id, expiresAt } = made;
        return print({ id, expiresAt, file: flags.out }, global.json, () => `the token ${id} is in ${flags.out}`);
      },
    );
  tokens
    .command('list')
    .description('one’s own; all of them for an admin')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const answer = await (await connect(global)).get<{ tokens: ApiToken[] }>('/api/v1/api-tokens');
      print(answer, global.json, () =>
        table(
          ['id', 'user', 'name', 'scopes', 'until', 'last used', 'revoked'],
          answer.tokens.map((one) => [
            one.id,
            one.user,
            one.name,
            one.scopes.join(','),
            timeOf(one.expiresAt),
            one.lastUsedAt === null ? 'never' : timeOf(one.lastUsedAt),
            one.revokedAt === null ? '' : timeOf(one.revokedAt),
          ]),
        ),
      );
    });
  tokens
    .command('revoke <id>')
    .description('it opens nothing any more')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const revoked = await (await connect(global)).delete(`/api/v1/api-tokens/${encodeURIComponent(id)}`);
      print(revoked, global.json, () => `${id} is revoked`);
    });
}
