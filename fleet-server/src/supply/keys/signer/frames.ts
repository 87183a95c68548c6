import { KeyError } from '../errors.ts';

/** Longest message either way: line metadata with room to spare. Nothing longer is held in memory. */
export const MAX_FRAME_BYTES = 1_048_576;
const HEAD = 4;

/** One message: its length in four bytes, then JSON. */
export function encodeFrame(message: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  if (text.length > MAX_FRAME_BYTES) {
    throw new KeyError('request_malformed', `a message of ${text.length} bytes`, {
      kind: 'too-large',
      field: 'document',
      expected: `at most ${MAX_FRAME_BYTES} bytes`,
    });
  }
  const frame = Buffer.allocUnsafe(HEAD + text.length);
  frame.writeUInt32BE(text.length);
  frame.set(text, HEAD);
  return frame;
}

/**
 * Cuts a stream of bytes into messages; keeps at most one unfinished frame.
 * @throws KeyError `request_malformed` for a frame that is too long or no JSON; the connection is worth nothing then.
 */
export function createFrameReader(): (chunk: Uint8Array) => unknown[] {
  let pieces: Uint8Array[] = [];
  let held = 0;
  let wanted = HEAD;
  return (chunk) => {
    pieces.push(chunk);
    held += chunk.length;
    // Joined only when something can be read: many small pieces of one large frame cost one copy, not one each.
    if (held < wanted) return [];
    const bytes = Buffer.concat(pieces);
    const messages: unknown[] = [];
    let at = 0;
    for (;;) {
      wanted = HEAD;
      if (bytes.length - at < HEAD) break;
      const length = bytes.readUInt32BE(at);
      if (length > MAX_FRAME_BYTES) throw malformed();
      wanted = HEAD + length;
      if (bytes.length - at < wanted) break;
      messages.push(parse(bytes.subarray(at + HEAD, at + wanted)));
      at += wanted;
    }
    pieces = [bytes.subarray(at)];
    held = bytes.length - at;
    return messages;
  };
}

function parse(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    throw malformed();
  }
}

function malformed(): KeyError {
  return new KeyError('request_malformed', 'signer: not a message of this protocol', { field: 'frame' });
}
