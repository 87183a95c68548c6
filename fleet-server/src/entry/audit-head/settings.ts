import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where heads of the audit are kept: away from this server, or in a file that it can only append to. */
export type HeadPlace =
  | { kind: 'http'; url: string; /** Bearer token of the receiver. */ token: string | undefined }
  | { kind: 'file'; path: string };

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** @returns the place, none, or what is wrong as `VARIABLE: what was expected` */
export function readHeadPlace(
  environment: Readonly<Record<string, string | undefined>>,
  { development }: { development: boolean },
): { place: HeadPlace | undefined; problems: string[] } {
  const [text, token] = [
    environment['PLUMBLINE_AUDIT_HEAD_URL'] || undefined,
    environment['PLUMBLINE_AUDIT_HEAD_TOKEN'],
  ];
  if (text === undefined) return { place: undefined, problems: [] };
  const expected = 'PLUMBLINE_AUDIT_HEAD_URL: expected https://… or file:///…';
  if (!URL.canParse(text)) return { place: undefined, problems: [expected] };
  const { protocol, hostname } = new URL(text);
  if (protocol === 'file:') {
    const path = fileURLToPath(text);
    return isAbsolute(path)
      ? { place: { kind: 'file', path }, problems: [] }
      : { place: undefined, problems: [expected] };
  }
  const isSafe = protocol === 'https:' || (protocol === 'http:' && development && LOOPBACK.includes(hostname));
  return isSafe
    ? { place: { kind: 'http', url: text, token: token || undefined }, problems: [] }
    : { place: undefined, problems: [expected] };
}

/** As people are told of it: what stands in a path or a query may be secret. */
export function nameOfPlace(place: HeadPlace): string {
  return place.kind === 'file' ? place.path : new URL(place.url).host;
}
