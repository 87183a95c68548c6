import { metadataFileName } from '@plumbline/shared/trust';
import type { RepositoryFiles } from '../client/files.ts';
import type { TraceStep, Traces } from './read-traces.ts';

/** The repository as it stood during one recorded call. */
export function recordedFiles(step: TraceStep, { bytesOf }: Traces): RepositoryFiles {
  const blobs = new Map(Object.entries(step.static ?? {}));
  for (const [role, versions] of Object.entries(step.repo?.md ?? {})) {
    const name = metadataFileName(role);
    versions.forEach((blob, i) => blobs.set(`M/${i + 1}.${name}`, blob));
    if (role === 'timestamp') blobs.set('M/timestamp.json', versions.at(-1) ?? '');
  }
  const artifacts = new Map(Object.entries(step.repo?.artifacts ?? {}));
  return {
    async fetch(kind, path, maxBytes) {
      const blob = blobs.get(`${kind === 'metadata' ? 'M' : 'T'}/${path}`) ?? artifacts.get(artifactOf(path));
      if (blob === undefined) return undefined;
      const bytes = bytesOf(blob);
      if (bytes.length > maxBytes) throw new Error(`${path}: longer than ${maxBytes} bytes`);
      return bytes;
    },
  };
}

/** `folder/HASH.name` is asked for; the record lists `folder/name`. */
function artifactOf(path: string): string {
  return decodeURIComponent(path.replace(/[0-9a-f]{64,}\.([^/]*)$/, '$1'));
}
