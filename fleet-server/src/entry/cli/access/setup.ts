import type { Command } from 'commander';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';

interface Issued {
  code: string;
  expiresAt: number;
}

/** `plumbline setup`: the way in for the first user. */
export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('a one-time code for the first user, who is an admin; by the token of the state folder')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const issued = await client.post<Issued>('/api/v1/setup/codes', {});
      // After the `#`: it never reaches a server, a proxy or a log.
      const link = `${client.url}/setup#code=${issued.code}`;
      print({ ...issued, link }, global.json, () => `${link}\nonce, until ${timeOf(issued.expiresAt)}`);
    });
}

export function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
