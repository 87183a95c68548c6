import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { DatasetError } from '../errors.ts';
import { tableRoles } from './roles.ts';
import type { TableRoles } from './roles.ts';

const ROLES_FILE = 'dataset.yaml';

/** The roles in `FILE.yaml`, else in the `dataset.yaml` beside the files, or none. Throws `dataset_roles_file` when it cannot be used. */
export async function readRolesFile(paths: readonly string[]): Promise<TableRoles> {
  for (const path of paths) {
    const isFolder = (await stat(path)).isDirectory();
    const candidates = isFolder ? [join(path, ROLES_FILE)] : [`${path}.yaml`, join(dirname(path), ROLES_FILE)];
    for (const file of candidates) {
      const text = await readFile(file, 'utf8').catch(absentAsNull);
      if (text !== null) return parseRoles(text, file);
    }
  }
  return {};
}

function parseRoles(text: string, file: string): TableRoles {
  try {
    return tableRoles.parse(parse(text));
  } catch (cause) {
    const field = cause instanceof z.ZodError ? (cause.issues[0]?.path.join('.') ?? '') : '';
    throw new DatasetError('dataset_roles_file', `${file} does not name roles: ${firstLine(cause)}`, {
      field: `${basename(file)}${field === '' ? '' : `: ${field}`}`,
      expected: `a map of ${Object.keys(tableRoles.shape).join(', ')}`,
      cause,
    });
  }
}

function firstLine(cause: unknown): string {
  const issue = cause instanceof z.ZodError ? cause.issues[0]?.message : undefined;
  return issue ?? String(cause).split('\n')[0] ?? '';
}

function absentAsNull(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw new DatasetError('dataset_unreadable', `${ROLES_FILE} cannot be read`, { field: ROLES_FILE, cause: error });
}
