import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { firstExecutable, stopChild, type Found } from '../services/child.ts';

/** A screen that nobody sees. */
export interface Display {
  /** As programs want it: `:99`. */
  name: string;
  remove(): Promise<void>;
}

/** Where Xvfb is, or why it is not. */
export function findXvfb(): Found<string> {
  const folders = ['/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const service = firstExecutable(folders.map((folder) => join(folder, 'Xvfb')));
  return service === undefined ? { service: null, reason: 'xvfb is not installed' } : { service };
}

/** A display of its own, with the first number that is free. */
export async function startDisplay(command: string): Promise<Display> {
  // It would begin anew when its last window goes, and have no room for a browser that is started at that moment.
  const args = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset'];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const number = await new Promise<string>((resolve, reject) => {
    child.stdio[3]?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}`)));
  });
  return { name: `:${number}`, remove: () => stopChild(child, 'SIGTERM') };
}
