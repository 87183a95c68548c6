import { CsvError } from './errors.ts';

export type TextSource = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Chunks of bytes or text → chunks of text. A leading byte order mark is dropped; characters may be cut anywhere
 * between chunks. Throws `csv_not_text` on a NUL or invalid UTF-8.
 */
export async function* decodeText(source: TextSource): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let first = true;
  for await (const chunk of source) {
    const text = typeof chunk === 'string' ? chunk : decode(decoder, chunk);
    if (text === '') continue;
    yield refuseNul(first && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
    first = false;
  }
  const rest = decode(decoder);
  if (rest !== '') yield rest;
}

/** Without a chunk: the end of the text, where a character cut short is an error. */
function decode(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch (cause) {
    throw new CsvError('csv_not_text', 'the file is not UTF-8 text', { expected: 'UTF-8 text', cause });
  }
}

function refuseNul(text: string): string {
  if (!text.includes('\0')) return text;
  throw new CsvError('csv_not_text', 'the file holds NUL bytes, so it is not text', { expected: 'UTF-8 text' });
}
