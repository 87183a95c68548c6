import { codeOf, messageOf } from '@plumbline/shared/errors';
import type { Hono, MiddlewareHandler } from 'hono';
import { serveSecurely, type LocalServer } from '../local-api/serve.ts';
import type { Logger } from '../platform/log.ts';
import { readCertificate } from './certificate.ts';
import { createFailedAttempts } from './failed-attempts.ts';
import { lanGuard } from './guard.ts';
import type { LanSettings } from './settings.ts';
import { siteDeviceOf, type SiteTrust } from './site-device.ts';
import { openTokens } from './tokens.ts';

/** The way in from the site network: everything about it read and checked, nothing listening yet. */
export interface Lan {
  guard: MiddlewareHandler;
  serve(fetch: Hono['fetch']): Promise<LocalServer>;
}

/**
 * @param trust by what other devices of the site are judged, at the moment they ask
 * @throws NodeAgentError `config_invalid` naming `tlsCert`, `tlsKey` or `tokenFile`
 */
export function openLan({ host, port, origins, ...files }: LanSettings, trust: () => SiteTrust, log: Logger): Lan {
  const secure = { host, port, ...readCertificate(files) };
  const tokens = openTokens(files.tokenFile, (error) =>
    log.error({ code: codeOf(error) }, `nobody is let in from the site network: ${messageOf(error)}`),
  );
  const failures = createFailedAttempts(() => performance.now());
  return {
    guard: lanGuard({ tokens, device: (token) => siteDeviceOf(token, trust()), failures, origins }),
    serve: (fetch) => serveSecurely(fetch, secure),
  };
}
