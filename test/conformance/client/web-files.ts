import type { RepositoryFiles } from './files.ts';

/** From the first byte asked to the last one read: a server that drips is given up, however alive it looks. */
const TIMEOUT_MS = 20_000;

/** @param bases addresses of metadata and artifacts, with or without a slash at the end */
export function createWebFiles(
  bases: { metadata: string; artifact?: string },
  timeoutMs = TIMEOUT_MS,
): RepositoryFiles {
  return {
    async fetch(kind, path, maxBytes) {
      const base = bases[kind];
      if (base === undefined) throw new Error('no address for artifacts was given');
      const response = await fetch(`${base.replace(/\/$/, '')}/${path}`, { signal: AbortSignal.timeout(timeoutMs) });
      if (response.status === 404 || response.status === 403) {
        await response.body?.cancel();
        return undefined;
      }
      if (!response.ok) {
        await response.body?.cancel();
        throw new Error(`${path}: status ${response.status}`);
      }
      return readBounded(response, path, maxBytes);
    },
  };
}

/** Stops at the limit, whatever the headers say: nothing past it is held. */
async function readBounded(response: Response, path: string, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    // Leaving the loop cancels the body, and with it the connection.
    if (length > maxBytes) throw new Error(`${path}: longer than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}
