import type { TextSource } from '../csv/index.ts';
import { ScheduleError, tooLarge, type ScheduleLimits } from '../errors.ts';

const HEAD = 256;

/** Chunks of bytes → chunks of text in the encoding that the byte order mark or the XML declaration names. */
export async function* decodeXml(source: TextSource, limits: ScheduleLimits): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let head = new Uint8Array(0);
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > limits.sizeBytes) throw tooLarge('bytes', limits.sizeBytes, 'file');
    if (typeof chunk === 'string') {
      yield chunk;
      continue;
    }
    let bytes = chunk;
    if (decoder === undefined) {
      const all = new Uint8Array(head.length + bytes.length);
      all.set(head);
      all.set(bytes, head.length);
      head = all;
      if (head.length < HEAD) continue;
      decoder = decoderFor(head);
      bytes = head;
    }
    yield decode(decoder, bytes);
  }
  if (decoder === undefined && head.length > 0) {
    decoder = decoderFor(head);
    yield decode(decoder, head);
  }
  if (decoder !== undefined) yield decode(decoder);
}

function decoderFor(head: Uint8Array): InstanceType<typeof TextDecoder> {
  const [a, b] = head;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le', { fatal: true });
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be', { fatal: true });
  const start = new TextDecoder('latin1').decode(head.subarray(0, HEAD));
  const name = /^(?:ï»¿)?\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']/.exec(start)?.[1] ?? 'utf-8';
  try {
    // A declaration of UTF-16 that can be read byte by byte is not true.
    return new TextDecoder(/^utf-?16/i.test(name) ? 'utf-8' : name, { fatal: true });
  } catch (cause) {
    throw new ScheduleError('schedule_not_text', `the encoding '${name}' is not known`, {
      field: 'encoding',
      expected: 'an encoding like UTF-8 or windows-1252',
      cause,
    });
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (cause) {
    throw new ScheduleError('schedule_not_text', `the file is not ${decoder.encoding} text`, {
      field: 'encoding',
      expected: `${decoder.encoding} text`,
      cause,
    });
  }
}
