const IN_ADDRESS = '#enrol=';
const PREFIX = 'plumbline1.';

/** The code in what was scanned, typed or pasted: bare, or within the address a QR code opens; undefined for anything else. */
export function readCode(text: string): string | undefined {
  const at = text.indexOf(IN_ADDRESS);
  const code = (at === -1 ? text : text.slice(at + IN_ADDRESS.length)).replaceAll(/\s/g, '');
  return code.startsWith(PREFIX) && /^[\w.-]+$/.test(code) ? code : undefined;
}
