import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Profile } from '@plumbline/firmware-profiles';
import { build } from 'vite';
import packageFile from '../package.json' with { type: 'json' };

/** Machine code, and the wasm that stands in where there is none: what cannot stand in a file of JavaScript. */
export const NATIVE_PACKAGES = ['better-sqlite3', 'onnxruntime-node', 'onnxruntime-web'] as const;

export interface Built {
  file: string;
  sizeBytes: number;
  /** Packages the file still imports, with the exact versions it was built with. */
  natives: Record<string, string>;
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Writes the agent as one file, beside it a `package.json` by which npm installs the native packages in the versions
 * the file was built with, and the systemd unit.
 * @param outDir made when absent; other files in it stay
 * @param profile bounds the memory of the unit; without one it is bounded as for the smallest class
 */
export async function buildAgent(outDir: string, profile?: Profile): Promise<Built> {
  const name = 'plumbline-agent.mjs';
  mkdirSync(outDir, { recursive: true });
  await bundle(path('./entry.ts'), outDir, name);
  const natives = Object.fromEntries(NATIVE_PACKAGES.map((native) => [native, versionOf(native)]));
  const installed = {
    name: 'plumbline-agent',
    version: packageFile.version,
    private: true,
    type: 'module',
    bin: { 'plumbline-agent': `./${name}` },
    engines: { node: '>=24' },
    dependencies: { 'better-sqlite3': natives['better-sqlite3'] },
    // One of the two runtimes is enough: npm skips the one that has no build for the machine.
    optionalDependencies: {
      'onnxruntime-node': natives['onnxruntime-node'],
      'onnxruntime-web': natives['onnxruntime-web'],
    },
  };
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(installed, null, 2)}\n`);
  const unit = readFileSync(path('./plumbline-agent.service'), 'utf8');
  writeFileSync(join(outDir, 'plumbline-agent.service'), profile === undefined ? unit : unitFor(unit, profile));
  copyFileSync(path('./plumbline-agent.sysusers'), join(outDir, 'plumbline-agent.sysusers'));
  const file = join(outDir, name);
  return { file, sizeBytes: statSync(file).size, natives };
}

/** One entry with everything it imports as one file; native packages stay outside. */
export async function bundle(entry: string, outDir: string, name: string): Promise<void> {
  const isNative = (id: string) => NATIVE_PACKAGES.some((native) => id === native || id.startsWith(`${native}/`));
  await build({
    root: path('..'),
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'packaged-trial-entry',
        enforce: 'pre',
        resolveId: (id) => (id.endsWith('/trial-entry.ts') ? path('./packaged-trial-entry.ts') : undefined),
      },
    ],
    ssr: { noExternal: true, external: [...NATIVE_PACKAGES] },
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: false,
      minify: true,
      target: 'node24',
      rolldownOptions: {
        // Their package.json is read for a version: that is text, and travels inside.
        external: (id) => isNative(id) && !id.endsWith('/package.json'),
        output: { entryFileNames: name, codeSplitting: false },
      },
    },
  });
}

/** The agent without a model, and a trial process without one: measured by `npm run bench -- agent`, with room. */
const AGENT_MB = 256;
const TRIAL_MB = 192;

/** The unit for a class of devices: two models in the agent while it swaps, a third in the trial process. */
export function unitFor(unit: string, { memoryForModelMb }: Pick<Profile, 'memoryForModelMb'>): string {
  return unit.replace(/^MemoryMax=.*$/m, `MemoryMax=${AGENT_MB + TRIAL_MB + 3 * memoryForModelMb}M`);
}

function versionOf(native: string): string {
  const text = readFileSync(path(`../node_modules/${native}/package.json`), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
