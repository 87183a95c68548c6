import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSet } from './ceremony/create-set.ts';
import { repositoryFile } from './files/layout.ts';

/**
 * Makes a set of development keys in `folder`: all in one place, without passphrases, documents good for ten years,
 * every key and the root marked. An existing set is left alone; a crash leaves all or nothing.
 */
export async function makeDevelopmentKeys(
  folder: string,
  nowMs: number,
  options: { lines?: string[] } = {},
): Promise<void> {
  if (existsSync(join(folder, repositoryFile.root(1)))) return;
  const { lines = ['delay', 'iris'] } = options;
  const single = { roots: 1, rootThreshold: 1, targets: 1, targetsThreshold: 1, approvers: 1 };
  await createSet({ folder, nowMs, protect: false }, { ...single, lines, development: true });
}
