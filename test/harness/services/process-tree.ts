import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../eventually.ts';

/** Takes a process and everything below it away without a word, and waits until all of it is gone. */
export function killTree(pid: number): Promise<void> {
  return aimAt(pid)();
}

/** Finds a process and everything below it, so that the kill that follows takes no time at all. */
export function aimAt(pid: number): () => Promise<void> {
  const all = [pid, ...descendantsOf(pid)];
  return () => {
    // The first one first, so that it starts no more.
    for (const each of all) killNow(each);
    return eventually(`process ${pid} and its own are gone`, () => all.every((each) => !isAlive(each))).then(
      () => undefined,
    );
  };
}

/** Processes that this one started, and those that they did. */
function descendantsOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), fieldsOf(Number(name))?.parent] as const);
  const below = (parent: number): number[] =>
    parents.flatMap(([child, of]) => (of === parent ? [child, ...below(child)] : []));
  return below(pid);
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with its parent.
  }
}

/** One that ended and that nobody has asked about yet is gone for us. */
function isAlive(pid: number): boolean {
  const state = fieldsOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

/** What stands behind the name in brackets, which may hold anything. */
function fieldsOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, state = '', parent] = stat.slice(stat.lastIndexOf(')')).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
