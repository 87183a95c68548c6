import { Buffer } from 'node:buffer';

export interface TextLine {
  /** 1-based. */
  line: number;
  /** null: longer than the limit; its bytes were passed over, never held. What is no UTF-8 becomes U+FFFD. */
  text: string | null;
}

const LINE_FEED = 10;

/** Bytes → lines without their ends (LF or CRLF), holding one line at most. A byte order mark is dropped. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, limitBytes: number): AsyncGenerator<TextLine> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let over = false;
  let line = 1;
  const hold = (part: Uint8Array) => {
    heldBytes += part.length;
    if (heldBytes > limitBytes) {
      over = true;
      held = [];
    } else if (!over) held.push(part);
  };
  const close = (): TextLine => {
    const text = over
      ? null
      : Buffer.concat(held)
          .toString('utf8')
          .replace(/\r$/, '')
          .replace(/^\uFEFF/, '');
    held = [];
    heldBytes = 0;
    over = false;
    return { line: line++, text };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      hold(chunk.subarray(from, end));
      yield close();
      from = end + 1;
    }
    if (from < chunk.length) hold(chunk.subarray(from));
  }
  if (heldBytes > 0) yield close();
}
