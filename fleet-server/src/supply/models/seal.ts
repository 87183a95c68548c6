import { canonicalBytes, createSeal, sha256Hex, utf8, type Payload, type Signer } from '@plumbline/shared/trust';
import {
  derivationsOf,
  packArchive,
  type BundleFile,
  type BundleFiles,
  type Manifest,
} from '@plumbline/shared/manifest';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import { inspectModel } from '../onnx/index.ts';
import type { OptimizedModel, Variant } from './optimize/index.ts';
import { storePayloads } from './payloads.ts';

/** A bundle in the artifact store, and the ways it can travel. */
export interface SealedVariant {
  variant: string;
  recipe: string;
  archive: string;
  archiveBytes: number;
  model: string;
  modelBytes: number;
  needs: Manifest['needs'];
  /** Ids of the profiles it is for; empty: all that it fits. */
  profiles: string[];
  payloads: Payload[];
}

/**
 * Packs each variant into a bundle sealed by the builder, and stores it with its payloads.
 * The same model, card and key give the same bytes.
 */
export async function sealVariants(
  deps: { artifacts: ArtifactStore; builder: Signer },
  optimized: OptimizedModel,
  version: string,
): Promise<SealedVariant[]> {
  const sealed: SealedVariant[] = [];
  for (const candidate of optimized.variants) sealed.push(await sealOne(deps, optimized, candidate, version));
  return sealed;
}

async function sealOne(
  { artifacts, builder }: { artifacts: ArtifactStore; builder: Signer },
  { accepted, trials, declined }: OptimizedModel,
  candidate: Variant,
  version: string,
): Promise<SealedVariant> {
  const manifest: Manifest = {
    kind: 'model',
    v: 1,
    line: accepted.line,
    version,
    variant: candidate.variant,
    algorithm: accepted.algorithm,
    target: accepted.target,
    inputs: accepted.inputs,
    output: accepted.output,
    model: { sha256: sha256Hex(candidate.bytes), sizeBytes: candidate.bytes.length },
    needs: needsOf(candidate, accepted),
    parts: {
      golden: accepted.goldenPart,
      reference: accepted.reference === undefined ? 'absent' : 'given',
      // Trees bring their weights; other models are compared with what is typical, which the reference knows.
      reasons: candidate.reasons === undefined && accepted.reference === undefined ? 'absent' : 'generated',
    },
  };
  const files: BundleFiles = {
    'model.onnx': candidate.bytes,
    'manifest.json': canonicalBytes(manifest),
    'golden.json': canonicalBytes(candidate.golden),
    'card.json': canonicalBytes({
      ...accepted.card,
      line: accepted.line,
      version,
      changes: accepted.changes,
      trials,
      declined,
    }),
    ...(candidate.reasons && { 'reasons.bin': candidate.reasons }),
    ...(accepted.reference === undefined ? {} : { 'reference.json': canonicalBytes(accepted.reference) }),
  };
  const name = `${accepted.line}@${version}/${candidate.variant}`;
  files['model.sig'] = await createSeal(name, digestsOf(files), builder);
  const archive = packArchive(files);
  return {
    variant: candidate.variant,
    recipe: candidate.recipe,
    archive: await artifacts.put(archive),
    archiveBytes: archive.length,
    model: manifest.model.sha256,
    modelBytes: candidate.bytes.length,
    needs: manifest.needs,
    profiles: candidate.profiles,
    payloads: await storePayloads(artifacts, archive),
  };
}

/** SHA-256 of each file of a bundle but its seal. */
export function digestsOf(files: BundleFiles): Record<string, string> {
  const sealed = Object.entries(files).filter(([name]) => (name as BundleFile) !== 'model.sig');
  return Object.fromEntries(sealed.map(([name, bytes]) => [name, sha256Hex(bytes ?? utf8(''))]));
}

function needsOf(candidate: Variant, accepted: OptimizedModel['accepted']): Manifest['needs'] {
  const graph = candidate.bytes === accepted.bytes ? accepted.graph : inspectModel(candidate.bytes);
  return {
    opsets: graph.opsets,
    operators: Object.keys(graph.operators)
      .map((name) => name.replace('::', ':'))
      .toSorted(),
    derivations: derivationsOf(accepted),
  };
}
