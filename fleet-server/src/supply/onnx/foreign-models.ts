import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** For tests: the models made elsewhere, kept outside the repository under `PLUMBLINE_SHARED`/onnx. */
export interface ForeignModels {
  /** Set when the folder is absent: a sentence for the title of what is skipped. */
  absent: string | undefined;
  names: string[];
  folderOf(name: string): string;
  read(name: string): Uint8Array;
}

/** @throws {Error} when `PLUMBLINE_REQUIRE_SHARED` is 1 and the folder is absent */
export function foreignModels(env: NodeJS.ProcessEnv = process.env): ForeignModels {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const folder = join(env['PLUMBLINE_SHARED'] ?? join(root, '../shared'), 'onnx');
  const present = existsSync(folder);
  if (!present && env['PLUMBLINE_REQUIRE_SHARED'] === '1') {
    throw new Error(`PLUMBLINE_REQUIRE_SHARED is 1 and ${folder} does not exist`);
  }
  const entries = present ? readdirSync(folder, { withFileTypes: true }) : [];
  return {
    absent: present ? undefined : `skipped: no foreign models at ${folder}, set PLUMBLINE_SHARED`,
    names: entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name),
    folderOf: (name) => join(folder, name),
    read(name) {
      const file = readdirSync(join(folder, name)).find((entry) => entry.endsWith('.onnx'));
      if (file === undefined) throw new Error(`${name} holds no .onnx file`);
      return readFileSync(join(folder, name, file));
    },
  };
}
