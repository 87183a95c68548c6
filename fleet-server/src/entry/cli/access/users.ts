import type { Command } from 'commander';
import type { User } from '../../../platform/access/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { describeAssignments, readAssignments } from './assignments.ts';
import { timeOf } from './setup.ts';

interface Coded {
  name: string;
  code: string;
  expiresAt: number;
}

const ROLES_SAID = 'viewer, operator, approver or admin; on some sites alone as operator@north,south';

/** `plumbline users`: who may use the console, and what they may. */
export function addUsers(program: Command): void {
  const users = program.command('users').description('who may use the console, and what they may');
  users
    .command('add <name> <role...>')
    .description(`let somebody in, with roles: ${ROLES_SAID}; they choose their password by the code`)
    .action(async (name: string, roles: string[], _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const body = { name, assignments: readAssignments(roles) };
      const added = await (await connect(global)).post<Coded>('/api/v1/users', body);
      print(added, global.json, () => coded(added));
    });
  users
    .command('list')
    .description('by name, with their roles')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const answer = await (await connect(global)).get<{ users: User[] }>('/api/v1/users');
      print(answer, global.json, () =>
        table(
          ['user', 'roles', 'password', 'identity', 'let in', 'by', 'put out'],
          answer.users.map((one) => [
            one.name,
            describeAssignments(one.assignments),
            one.hasPassword ? 'yes' : one.identity === null ? 'not yet' : 'none',
            one.identity === null ? '' : `${one.identity.subject} at ${one.identity.issuer}`,
            timeOf(one.createdAt),
            one.createdBy,
            one.removedAt === null ? '' : timeOf(one.removedAt),
          ]),
        ),
      );
    });
  users
    .command('role <name> <role...>')
    .description(`other roles in place of those they have: ${ROLES_SAID}`)
    .action(async (name: string, roles: string[], _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const assignments = readAssignments(roles);
      const changed = await (await connect(global)).put(`${pathOf(name)}/assignments`, { assignments });
      print(changed, global.json, () => `${name} is ${describeAssignments(assignments)}`);
    });
  users
    .command('bind <name> <subject>')
    .description('say who a user is at the identity provider, by the `sub` that it gives them; their sessions end')
    .action(async (name: string, subject: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const bound = await (await connect(global)).put(`${pathOf(name)}/identity`, { subject });
      print(bound, global.json, () => `${name} is ${subject}`);
    });
  users
    .command('unbind <name>')
    .description(
      'nobody at the identity provider any more; of who was removed: the person may come in again, as another user',
    )
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const bound = await (await connect(global)).put(`${pathOf(name)}/identity`, { subject: null });
      print(bound, global.json, () => `${name} is nobody there`);
    });
  users
    .command('remove <name>')
    .description('sessions and tokens end with it; the name stays theirs')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const removed = await (await connect(global)).delete(pathOf(name));
      print(removed, global.json, () => `${name} is out`);
    });
  users
    .command('reset <name>')
    .description('their password and sessions are gone at once; a code makes a new one')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const reset = await (await connect(global)).post<Coded>(`${pathOf(name)}/reset`, {});
      print(reset, global.json, () => coded(reset));
    });
  users
    .command('sign-out <name>')
    .description('put somebody out of every browser')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const out = await (await connect(global)).post<{ sessions: number }>(`${pathOf(name)}/sign-out`, {});
      print(out, global.json, () => `${out.sessions} sessions of ${name} are over`);
    });
}

function pathOf(name: string): string {
  return `/api/v1/users/${encodeURIComponent(name)}`;
}

function coded({ name, code, expiresAt }: Coded): string {
  return `${code}\nonce, for ${name}, until ${timeOf(expiresAt)}`;
}
