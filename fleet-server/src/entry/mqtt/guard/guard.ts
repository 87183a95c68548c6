import { GuardError } from './errors.ts';
import { createHeldFrame } from './held-frame.ts';
import { readHeader } from './header.ts';
import type { GuardLimits } from './limits.ts';
import { createSession } from './session.ts';

export interface Verdict {
  /** Packets that were found good, in order; each piece holds one or more of them, whole. */
  pass: readonly Uint8Array[];
  /** The connection is to be closed, after this answer where there is one. It stays refused for ever. */
  refusal?: { error: GuardError; answer?: Uint8Array };
}

export interface Guard {
  /** Takes what a client sent, in pieces of any size. The result may share its memory. */
  feed(bytes: Uint8Array): Verdict;
  /** Memory taken by the packet of which a part is missing. */
  heldBytes(): number;
}

/**
 * Strict MQTT 3.1 and 3.1.1 from client to server, one guard a connection: what passes is whole packets that keep every
 * rule of the specification a broker could be hurt by, and the limits. Pure: bytes in, decision out. It holds at most
 * one packet, whose size was judged by its header.
 */
export function createGuard(limits: GuardLimits): Guard {
  const session = createSession(limits);
  const held = createHeldFrame(session.header);
  let refusal: Verdict['refusal'];

  /** Judges whole packets in place; what is left is the beginning of another. */
  function wholePackets(bytes: Uint8Array, pass: Uint8Array[]): Uint8Array {
    let at = 0;
    try {
      for (;;) {
        const header = readHeader(bytes, at);
        if (header === undefined) break;
        const body = at + header.headerBytes;
        const end = body + header.bodyBytes;
        session.header(header);
        if (end > bytes.length) break;
        session.packet(header, bytes.subarray(body, end));
        at = end;
      }
    } finally {
      if (at > 0) pass.push(bytes.subarray(0, at));
    }
    return bytes.subarray(at);
  }

  function judge(bytes: Uint8Array, pass: Uint8Array[]): void {
    let left = bytes;
    if (held.heldBytes() > 0) {
      const { taken, whole } = held.take(bytes);
      if (whole === undefined) return;
      session.packet(whole.header, whole.frame.subarray(whole.header.headerBytes));
      pass.push(whole.frame);
      left = bytes.subarray(taken);
    }
    held.take(wholePackets(left, pass));
  }

  return {
    heldBytes: held.heldBytes,
    feed(bytes) {
      if (refusal !== undefined) return { pass: [], refusal };
      const pass: Uint8Array[] = [];
      try {
        judge(bytes, pass);
        return { pass };
      } catch (error) {
        if (!(error instanceof GuardError)) throw error;
        refusal = { error, ...(error.answer && { answer: error.answer }) };
        return { pass, refusal };
      }
    },
  };
}
