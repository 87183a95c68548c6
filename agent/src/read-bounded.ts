import { AgentError } from './errors.ts';

/**
 * Reads a stream whole, but never more than `maxBytes`: what announces no length, or a wrong one, is cut off.
 * @throws AgentError `body_too_large`
 */
export async function readBounded(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    total += next.value.length;
    if (total > maxBytes) {
      // Cancelling may reject when the source has failed meanwhile; the reason given here is the one that counts.
      reader.cancel().catch(() => undefined);
      throw new AgentError('body_too_large', `more than ${maxBytes} bytes`, {
        kind: 'too-large',
        field: 'body',
        expected: `≤ ${maxBytes} bytes`,
      });
    }
    chunks.push(next.value);
  }
  const whole = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
