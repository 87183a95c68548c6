/** What stands where something was taken out. */
export const REDACTED = '[redacted]';

/** Names under which keys and tokens, names of people, or what was read on a site travel, whatever they hold. */
const SECRET_NAMES =
  /^(pem|cas|password|passwd|passphrase|secret|token|credential|authorization|cookie|signature|proof_of_key|code_of_enrolment)s?$|(private|secret|device|api|session)_?key$|_(token|secret|password)$/;
const NAMES_OF_PEOPLE = /^(actor|author|user|username|person|operator|foreman|name|by|email|phone)s?$/;
const READINGS =
  /^(values?|records?|features?|inputs?|activity|activities|outcomes?|label|labels|score|scores|plan|entry|entries)$/;

const PEM = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g;
const URL_USER = /\b([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi;
const QUERY = /([?&][\w.-]+=)[^&\s"']+/g;
const EMAIL = /[\w.+-]+@[\w-]+\.[\w.-]+/g;
const ENROLMENT_CODE = /\bplumbline\d+\.[\w.-]+/g;
const BEARER = /\b(bearer|basic|token|password|secret)([ :=]+)\S+/gi;
/** Runs of base64 or hex as long as a key of 128 bit, or the three parts of a JSON web token. */
const LONG_RUN = /[\w+/=-]{10,}(?:\.[\w+/=-]{4,}){2,}|[\w+/=-]{22,}/g;
/** What an error quotes is what it was given. */
const QUOTED = /"[^"]*"|'[^']*'|“[^”]*”|`[^`]*`/g;
/** A message about a record names the field, and nothing after it is ours to tell. */
const ABOUT_A_RECORD = /\b((?:records?(?:\[\d+\]|\.\d+)?\.)?values\.[\w-]+)[\s\S]*/;

/** Words of ours are long together, as in codes, paths and names of hosts: small letters between single joints. */
const PLAIN_WORDS = /^\/?[a-z]{1,16}(?:[-_/.][a-z]{1,16})*$/;

/** A text without what opens doors, names people or repeats a reading; what it says is left. */
export function redactText(text: string): string {
  return text
    .replace(PEM, REDACTED)
    .replace(ABOUT_A_RECORD, '$1: …')
    .replace(URL_USER, '$1')
    .replace(QUERY, '$1…')
    .replace(EMAIL, REDACTED)
    .replace(ENROLMENT_CODE, REDACTED)
    .replace(BEARER, `$1$2${REDACTED}`)
    .replace(QUOTED, '"…"')
    .replace(LONG_RUN, (run) => (PLAIN_WORDS.test(run) ? run : REDACTED));
}

/** Published names of published bytes: whoever asks must be able to tell which ones this device holds. */
const HASHES = /sha256$/i;
const HEX_64 = /^[0-9a-f]{64}$/;

/**
 * A copy that may leave the site: no keys, tokens or certificates, no names of people, nothing that was read there.
 * Judged by the name of a field, and texts by what stands in them.
 */
export function redact(value: unknown, name = ''): unknown {
  const plain = name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  if ([SECRET_NAMES, NAMES_OF_PEOPLE, READINGS].some((names) => names.test(plain))) return REDACTED;
  if (typeof value === 'string') return HASHES.test(name) && HEX_64.test(value) ? value : redactText(value);
  if (Array.isArray(value)) return value.map((one) => redact(one));
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redactText(key), redact(inner, key)]));
}
