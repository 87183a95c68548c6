import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./killed-writer-main.ts', import.meta.url));

/** Starts a process that commits one entry after the other, kills it, and says how many it had acknowledged by then. */
export function startKilledWriter(path: string, killAfter: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(MAIN, [path]);
    let acknowledged = 0;
    child.on('message', () => {
      acknowledged += 1;
      if (acknowledged === killAfter) child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('exit', () => resolve(acknowledged));
  });
}
