import { ClientError } from './client-error.ts';

/**
 * The body of an answer, cut off as soon as it is longer than it may be: a server need not be believed about a length.
 * @throws ClientError `answer_too_large`
 */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
  path: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new ClientError('answer_too_large', `${path}: more than ${maxBytes} bytes`, {
        kind: 'refused',
        field: path,
        expected: `≤ ${maxBytes} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
