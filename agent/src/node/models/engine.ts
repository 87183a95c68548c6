import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Profile } from '@plumbline/firmware-profiles';
import type { Inference } from '../../ports/index.ts';
import { NodeAgentError } from '../errors.ts';
import { isMusl } from '../platform/device-facts.ts';
import { createOrtInference } from './ort-inference.ts';
import { createWasmInference } from './wasm-inference.ts';

export type Engine = Profile['runtime']['engine'];

/** What this machine could load models with. */
export interface Machine {
  platform: string;
  arch: string;
  /** The C library is musl, as on Alpine: the native binding is linked against glibc. */
  musl: boolean;
  /** Folder of an installed package. */
  folderOf: (name: string) => string | undefined;
}

export interface ChosenEngine {
  engine: Engine;
  /** Why it is not the one the profile names. */
  because?: string;
}

/**
 * The engine the profile names, or WebAssembly where the native one has no build for this machine.
 * @throws NodeAgentError `runtime_missing`: neither is installed
 */
export function chooseEngine(asked: Engine, machine: Machine = thisMachine()): ChosenEngine {
  const lacks = asked === 'onnxruntime-node' ? whyNotNative(machine) : undefined;
  if (asked === 'onnxruntime-node' && lacks === undefined) return { engine: asked };
  if (machine.folderOf('onnxruntime-web') !== undefined) {
    return { engine: 'onnxruntime-web', ...(lacks !== undefined && { because: lacks }) };
  }
  throw new NodeAgentError('runtime_missing', `${lacks ?? 'onnxruntime-web is not installed'}, and there is no other`, {
    kind: 'unavailable',
    field: 'runtime',
    expected: 'onnxruntime-node or onnxruntime-web beside the agent: npm install in its folder',
  });
}

/** @param arena see `createOrtInference` */
export function createInference(engine: Engine, options: { arena?: boolean } = {}): Inference {
  return engine === 'onnxruntime-web' ? createWasmInference(versionOf('onnxruntime-web')) : createOrtInference(options);
}

function whyNotNative(machine: Machine): string | undefined {
  const { platform, arch, musl } = machine;
  const folder = machine.folderOf('onnxruntime-node');
  if (folder === undefined) return 'onnxruntime-node is not installed';
  const binding = join(folder, 'bin/napi-v6', platform, arch, 'onnxruntime_binding.node');
  if (!existsSync(binding)) return `onnxruntime-node has no build for ${platform} on ${arch}`;
  return musl ? 'onnxruntime-node needs glibc, and this system has musl' : undefined;
}

function thisMachine(): Machine {
  const { platform, arch } = process;
  return { platform, arch, musl: platform === 'linux' && isMusl(), folderOf };
}

function folderOf(name: string): string | undefined {
  // Not every package lets its package.json be asked for; the folders Node looks in can be.
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, 'package.json')));
}

function versionOf(name: string): string {
  const folder = folderOf(name);
  if (folder === undefined) return 'not installed';
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return version;
}
