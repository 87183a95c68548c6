/** Chunks as they pass, every one hashed. */
export async function* hashed<Chunk extends Uint8Array>(
  chunks: AsyncIterable<Chunk>,
  hash: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Chunk> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
