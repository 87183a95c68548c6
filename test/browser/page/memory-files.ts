/**
 * Stands for `node:fs/promises`, `node:os` and `node:path` in the bundle, so that the conformance client, which keeps
 * its trust store in a folder, runs in a browser as it is. Only what it asks for.
 */
const files = new Map<string, Uint8Array>();
const folders = new Set<string>();
let made = 0;

export function tmpdir(): string {
  return '/memory';
}

export function join(...parts: string[]): string {
  return parts.join('/');
}

export async function mkdtemp(prefix: string): Promise<string> {
  made += 1;
  const folder = `${prefix}${made}`;
  folders.add(folder);
  return folder;
}

export async function mkdir(folder: string): Promise<void> {
  folders.add(folder);
}

export async function readdir(folder: string): Promise<string[]> {
  if (!folders.has(folder)) throw new Error(`${folder}: no such folder`);
  const below = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
  return below.map((path) => path.slice(folder.length + 1));
}

export async function readFile(path: string, encoding?: 'utf8'): Promise<Uint8Array | string> {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`${path}: no such file`);
  return encoding === undefined ? bytes.slice() : new TextDecoder().decode(bytes);
}

export async function writeFile(path: string, content: Uint8Array | string): Promise<void> {
  files.set(path, typeof content === 'string' ? new TextEncoder().encode(content) : content.slice());
}

export async function rename(from: string, to: string): Promise<void> {
  const bytes = files.get(from);
  if (bytes === undefined) throw new Error(`${from}: no such file`);
  files.set(to, bytes);
  files.delete(from);
}

/** A file, or a folder with all that is in it. */
export async function rm(path: string): Promise<void> {
  for (const file of files.keys()) if (file === path || file.startsWith(`${path}/`)) files.delete(file);
  folders.delete(path);
}
