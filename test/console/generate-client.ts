import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeApi } from './openapi.ts';

/** Types of every operation, as the console's client reads them. */
export const SCHEMA = join(import.meta.dirname, '../../fleet-server/console/src/api/schema.generated.ts');
// It reads the compiler's own API, which TypeScript 7 does not have: fetched for this one run, never a dependency.
const TOOL = ['--yes', '--package=openapi-typescript@7.13.0', '--package=typescript@5.9', 'openapi-typescript'];

export function digestOf(description: string): string {
  return createHash('sha256').update(description).digest('hex');
}

async function generate(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-client-'));
  try {
    const description = await describeApi();
    await writeFile(join(folder, 'openapi.json'), description);
    await promisify(execFile)(
      'npx',
      [...TOOL, join(folder, 'openapi.json'), '-o', join(folder, 'schema.generated.ts')],
      {
        cwd: folder,
      },
    );
    const types = await readFile(join(folder, 'schema.generated.ts'), 'utf8');
    await writeFile(SCHEMA, `// Made by npm run -s generate:client from the API ${digestOf(description)}.\n${types}`);
    await promisify(execFile)('oxfmt', [SCHEMA]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (import.meta.main) await generate();
