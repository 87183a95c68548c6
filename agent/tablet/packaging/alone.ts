import { mkdir, rm, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

const LONGEST_MS = 120_000;
const LOOK_MS = 100;

/**
 * Several processes want the same done at once: one of them does it, the others wait. A turn that a crash left ends.
 * @param turn a folder that nobody else makes, in one that is there
 */
export async function alone(turn: string, work: () => Promise<void>): Promise<void> {
  while (!(await takeTurn(turn))) {
    const { mtimeMs } = await stat(turn).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LONGEST_MS) await rm(turn, { recursive: true, force: true });
    await setTimeout(LOOK_MS);
  }
  try {
    await work();
  } finally {
    await rm(turn, { recursive: true, force: true });
  }
}

async function takeTurn(turn: string): Promise<boolean> {
  try {
    await mkdir(turn);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
