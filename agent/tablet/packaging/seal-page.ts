import { createHash } from 'node:crypto';

/** Hashes of a build: SHA-384 in the form of Subresource Integrity, by path. */
export interface Integrity {
  /** Hash of all parts and of the page before it was sealed; the app shows it. */
  build: string;
  files: Record<string, string>;
}

export function integrityOf(bytes: Uint8Array): string {
  return `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
}

export function buildHashOf(parts: Readonly<Record<string, string>>, page: string): string {
  const hash = createHash('sha256').update(page);
  for (const path of Object.keys(parts).toSorted()) hash.update(`${path} ${parts[path]}\n`);
  return hash.digest('hex').slice(0, 16);
}

/**
 * What holds wherever the folder is hosted. A web server adds what stands only in headers (frame-ancestors), and the
 * exact servers under connect-src: both policies count.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self' https: wss:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * Writes the policy, the hash of the build and the hash of each script and style into the page.
 * @throws where the page names a script or style that is not of the build
 */
export function sealPage(page: string, parts: Readonly<Record<string, string>>, build: string): string {
  const head =
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}" />\n` +
    `    <meta name="plumbline-build" content="${build}" />\n    `;
  return page
    .replaceAll(/<(?:script|link)\b[^>]*\b(?:src|href)="\.\/(assets\/[^"]+)"/g, (tag, path: string) => {
      const integrity = parts[path];
      if (integrity === undefined) throw new Error(`${path} stands in the page and not in the build`);
      return `${tag} integrity="${integrity}"`;
    })
    .replace('<meta name="viewport"', () => `${head}<meta name="viewport"`);
}
