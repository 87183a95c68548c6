/** A line of bytes without its end; undefined bytes: it was longer than the limit and was not kept. */
export interface ByteLine {
  /** 1-based. */
  line: number;
  bytes: Uint8Array | undefined;
}

const LF = 0x0a;

/** Chunks cut anywhere → lines. Memory is bounded by `maxBytes`: what is longer is skipped up to its end. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<ByteLine> {
  let line = 1;
  let parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length > maxBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const take = (): ByteLine => {
    const done = { line, bytes: length > maxBytes ? undefined : joined(parts, length) };
    [parts, length] = [[], 0];
    line += 1;
    return done;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      add(chunk.subarray(from, end));
      from = end + 1;
      yield take();
    }
    add(chunk.slice(from));
  }
  if (length > 0) yield take();
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
