import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { initMetadataFolder } from './metadata-folder.ts';
import { downloadTarget, refreshFolder } from './update.ts';
import { createWebFiles } from './web-files.ts';

/** The command line that theupdateframework/tuf-conformance expects of a client; exit code 1 for any refusal. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'metadata-dir': { type: 'string' },
    'metadata-url': { type: 'string' },
    'target-name': { type: 'string' },
    'target-base-url': { type: 'string' },
    'target-dir': { type: 'string' },
  },
});

const COMMANDS: Record<string, () => Promise<void>> = {
  async init() {
    const [, root] = positionals;
    if (root === undefined) throw new Error('init TRUSTED_ROOT');
    await initMetadataFolder(given('metadata-dir'), new Uint8Array(await readFile(root)));
  },
  async refresh() {
    await refreshFolder(input());
  },
  async download() {
    await downloadTarget({ ...input(), targetDir: given('target-dir') }, given('target-name'));
  },
};

try {
  const command = COMMANDS[positionals[0] ?? ''];
  if (command === undefined) throw new Error(`expected a command: ${Object.keys(COMMANDS).join(', ')}`);
  await command();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function input() {
  const artifact = values['target-base-url'];
  const files = createWebFiles({ metadata: given('metadata-url'), ...(artifact !== undefined && { artifact }) });
  return { metadataDir: given('metadata-dir'), files, now: Date.now() };
}

function given(name: keyof typeof values): string {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing`);
  return value;
}
