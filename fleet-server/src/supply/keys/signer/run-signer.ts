import { once } from 'node:events';
import type { Passphrase } from '../files/open-key.ts';
import { openDesk } from '../desk/open.ts';
import { serveDesk } from './serve.ts';

export interface SignerSettings {
  keysFolder: string;
  socketPath: string;
  /** Lets the group of the socket in: for a server that runs as another user. */
  group?: boolean;
  /** Ends when standard input ends, which it does however the parent dies. */
  withParent?: boolean;
  passphrase?: Passphrase;
  /** Called once it answers. */
  ready(): void;
}

/** The signer process: holds the online keys and answers until it is told to end. */
export async function runSigner(settings: SignerSettings): Promise<void> {
  const { keysFolder, socketPath, group = false, passphrase } = settings;
  const served = await serveDesk(await openDesk(keysFolder, passphrase), socketPath, { group });
  const ended = [once(process, 'SIGINT'), once(process, 'SIGTERM')];
  if (settings.withParent) {
    ended.push(once(process.stdin, 'close'));
    process.stdin.resume();
  }
  settings.ready();
  await Promise.race(ended);
  await served.close();
  if (settings.withParent) process.stdin.destroy();
}
