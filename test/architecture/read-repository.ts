import { readdir, readFile } from 'node:fs/promises';

const root = new URL('../../', import.meta.url);
const PARTS = [
  'shared/src',
  'firmware-profiles/src',
  'agent/src',
  'agent/tablet',
  'fleet-server/src',
  'fleet-server/console',
];

/** Names at the top of the repository. */
export function readTopLevel(): Promise<string[]> {
  return readdir(root);
}

/** Every TypeScript file we wrote outside of `test/`, by path from the root; a part that does not exist yet is empty. */
export async function readRepository(): Promise<Map<string, string>> {
  const paths = (await Promise.all(PARTS.map(listTypeScript))).flat().toSorted();
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, string]> => [path, await readFile(new URL(path, root), 'utf8')]),
    ),
  );
}

async function listTypeScript(part: string): Promise<string[]> {
  try {
    const names = await readdir(new URL(part, root), { recursive: true });
    return names
      .map((name) => `${part}/${name.replaceAll('\\', '/')}`)
      .filter((path) => /\.tsx?$/.test(path) && !/\/(node_modules|dist)\/|\.d\.ts$/.test(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
