import type { z } from 'zod';
import { reference } from '../drift/reference.ts';
import type { Reference } from '../drift/reference.ts';
import { unpackArchive, type BundleFile, type BundleFiles } from './archive.ts';
import { ManifestError } from './errors.ts';
import { golden, type Golden } from './golden.ts';
import { derivationsOf, manifest, type Manifest } from './manifest.ts';

/** A bundle opened and checked against its own manifest; the seal is verified by `shared/trust`. */
export interface Bundle {
  manifest: Manifest;
  model: Uint8Array;
  golden: Golden | undefined;
  reference: Reference | undefined;
  /** How training rows spread over the trees: `reasons.bin`. */
  reasons: Uint8Array | undefined;
  files: BundleFiles;
}

/**
 * @param digest gives the SHA-256 of a file in hex; the platform's own is faster than ours.
 * @throws ManifestError naming the file and field at fault.
 */
export async function openBundle(archive: Uint8Array, digest: (bytes: Uint8Array) => Promise<string>): Promise<Bundle> {
  const files = unpackArchive(archive);
  const model = required(files, 'model.onnx');
  const opened = parseFile(required(files, 'manifest.json'), 'manifest.json', manifest);
  if (opened.model.sizeBytes !== model.length) throw disagree('model.sizeBytes', String(model.length));
  if (opened.model.sha256 !== (await digest(model))) throw disagree('model.sha256', 'the hash of model.onnx');
  const { parts } = opened;
  if (derivationsOf(opened).join() !== opened.needs.derivations.join()) throw disagree('needs.derivations');
  if ((parts.golden === 'absent') !== (files['golden.json'] === undefined)) throw disagree('parts.golden');
  if ((parts.reference === 'absent') !== (files['reference.json'] === undefined)) throw disagree('parts.reference');
  // Without the file `generated` still holds: reasons can come of the reference or of the model alone.
  const weighs = files['reasons.bin'] !== undefined;
  if (weighs ? parts.reasons === 'absent' : parts.reasons === 'given') throw disagree('parts.reasons');
  return {
    manifest: opened,
    model,
    golden: files['golden.json'] && parseFile(files['golden.json'], 'golden.json', golden),
    reference: files['reference.json'] && parseFile(files['reference.json'], 'reference.json', reference),
    reasons: files['reasons.bin'],
    files,
  };
}

function required(files: BundleFiles, name: BundleFile): Uint8Array {
  const file = files[name];
  if (file === undefined) throw new ManifestError('bundle_file_missing', `bundle: no ${name}`, { field: name });
  return file;
}

function parseFile<T>(bytes: Uint8Array, name: BundleFile, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ManifestError('manifest_malformed', `${name}: not JSON`, { field: name, cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ManifestError('manifest_malformed', `${name}: ${issue?.path.join('.')}: ${issue?.message}`, {
    field: [name, ...(issue?.path ?? [])].join('.'),
  });
}

function disagree(field: string, expected = 'what the bundle holds'): ManifestError {
  return new ManifestError('bundle_malformed', `manifest.json: ${field} differs from the bundle`, { field, expected });
}
