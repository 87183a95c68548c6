import { isLoopback, nameOf, targetOf, type Target } from './secure-url.ts';

/** The HTTP proxy of a site, as `HTTPS_PROXY` and `NO_PROXY` say it. */
export interface ProxySettings {
  /** `http://[user:password@]host:port` */
  url: string;
  /** Entries of NO_PROXY: `*`, a host, `.domain` (and everything below it), each with or without `:port`. */
  except: readonly string[];
}

export interface Proxy extends Target {
  /** Value of the Proxy-Authorization header. */
  authorization: string | undefined;
}

/** The proxy this target is reached through; undefined: directly. Loopback is always direct. */
export function proxyFor(settings: ProxySettings | undefined, target: Target): Proxy | undefined {
  if (settings === undefined || isLoopback(target.host) || target.host === '::1') return undefined;
  if (settings.except.some((entry) => covers(entry.trim().toLowerCase(), target))) return undefined;
  const url = new URL(settings.url);
  return { ...targetOf(url), authorization: basic(url) };
}

function covers(entry: string, target: Target): boolean {
  const host = target.host.toLowerCase();
  const domain = entry.replace(/^\*?\./, '');
  return (
    entry === '*' ||
    [host, nameOf({ ...target, host })].some(
      (name) => name === domain || (domain !== '' && name.endsWith(`.${domain}`)),
    )
  );
}

/** RFC 7617. */
function basic({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
}
