import type { Reference } from '@plumbline/shared/drift';
import type { Golden, Manifest } from '@plumbline/shared/manifest';

/** A model that rows can be given to, wherever it came from. */
export interface ScorableModel {
  line: string;
  /** Empty for a bare file, which has none. */
  version: string;
  variant: string;
  /** Of the bundle; of a bare file its own. */
  sha256: string;
  /** Key id of the builder whose seal holds; undefined where nobody's word stands for the bytes. */
  sealedBy: string | undefined;
  manifest: Pick<Manifest, 'inputs' | 'output' | 'model'>;
  /** `model.onnx`. */
  bytes: Uint8Array;
  reference: Reference | undefined;
  golden: Golden | undefined;
  /** `reasons.bin`. */
  reasons: Uint8Array | undefined;
}

/** As people write it: `delay@1.0.0/tree`. */
export function nameOf({ line, version, variant }: Pick<ScorableModel, 'line' | 'version' | 'variant'>): string {
  return [version === '' ? line : `${line}@${version}`, ...(variant === '' ? [] : [variant])].join('/');
}
