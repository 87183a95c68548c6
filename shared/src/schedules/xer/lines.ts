import type { TextSource } from '../csv/index.ts';
import { ScheduleError, tooLarge, type ScheduleLimits } from '../errors.ts';

export interface TextLine {
  /** 1-based. */
  line: number;
  text: string;
}

const NEW_LINE = 10;
const RETURN = 13;

/**
 * Lines of an XER file from chunks of bytes. The format names no encoding: P6 writes Windows-1252 or UTF-8, so a line
 * that is UTF-8 is read as that, and any other as Windows-1252. Line ends are LF or CRLF.
 */
export async function* readLines(source: TextSource, limits: ScheduleLimits): AsyncGenerator<TextLine> {
  const decode = createLineDecoder();
  const encoder = new TextEncoder();
  let parts: Uint8Array[] = [];
  let held = 0;
  let total = 0;
  let line = 1;
  const close = (): TextLine => {
    const bytes = parts.length === 1 ? parts[0]! : join(parts, held);
    parts = [];
    held = 0;
    const end = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
    return { line, text: decode(bytes.subarray(0, end), line++) };
  };
  const hold = (bytes: Uint8Array) => {
    held += bytes.length;
    if (held > limits.lineCharacters) throw tooLong(line, limits.lineCharacters);
    if (bytes.length > 0) parts.push(bytes);
  };
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
    total += bytes.length;
    if (total > limits.sizeBytes) throw tooLarge('bytes', limits.sizeBytes, 'file');
    let from = 0;
    for (let at = bytes.indexOf(NEW_LINE); at !== -1; at = bytes.indexOf(NEW_LINE, from)) {
      hold(bytes.subarray(from, at));
      from = at + 1;
      yield close();
    }
    // The chunk may be the caller's to reuse.
    hold(bytes.slice(from));
  }
  if (held > 0) yield close();
}

function createLineDecoder(): (bytes: Uint8Array, line: number) => string {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const latin = new TextDecoder('windows-1252');
  return (bytes, line) => {
    if (bytes.includes(0)) {
      throw new ScheduleError('schedule_not_text', `line ${line} holds NUL bytes, so it is not text`, {
        field: `line ${line}`,
        expected: 'Windows-1252 or UTF-8 text',
      });
    }
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      text = latin.decode(bytes);
    }
    return line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
  };
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function tooLong(line: number, limit: number): ScheduleError {
  return new ScheduleError('schedule_line_too_long', `line ${line} is longer than ${limit} bytes`, {
    kind: 'too-large',
    field: `line ${line}`,
    expected: `at most ${limit} bytes in a line`,
  });
}
