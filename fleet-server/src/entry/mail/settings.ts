import { mailAddress } from '../../insight/alerts/index.ts';

/** How mails leave. The URL holds a password: it goes into no message and no log. */
export interface MailSettings {
  url: string;
  from: string;
}

const SCHEMES = ['smtp:', 'smtps:'];
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** What is wrong with a URL of a mail server; never with any part of it. */
export function problemOfSmtpUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return 'expected smtp://USER:PASSWORD@HOST:587 or smtps://…';
  const { protocol, hostname, search, pathname } = new URL(text);
  if (!SCHEMES.includes(protocol) || hostname === '') return 'expected smtp:// or smtps:// and a host';
  // Options in the query would reach the library, as files and loggers among them.
  if (search !== '' || (pathname !== '' && pathname !== '/')) return 'expected nothing after the host and port';
  return undefined;
}

/** One plain address, as rules name them. */
export function isMailAddress(text: string): boolean {
  return mailAddress.safeParse(text).success;
}

export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** TLS before anything is said: also against a server, or somebody before it, that does not offer it. */
  requireTLS: boolean;
  auth: { user: string; pass: string } | undefined;
}

/** Plain text stays on this machine. @param url for which `problemOfSmtpUrl` found nothing */
export function smtpServerOf(url: string): SmtpServer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const auth = username === '' ? undefined : { user: decode(username), pass: decode(password) };
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !LOOPBACK.includes(hostname),
    auth,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
