import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '@plumbline/shared/ports';
import type { Desk } from '../../supply/keys/index.ts';
import { readOwnCertificate, refuseSharedName, type OwnCertificate, type OwnFiles } from './own-certificate.ts';
import { createServerKey } from './server-key.ts';

/** PEM texts: chain and key of the server, and the authority whose client certificates the door of MQTT takes. */
export interface ServerTls {
  cert: string;
  key: string;
  ca: string;
}

export interface SecureContextSource {
  /** What devices see: by our own authority. */
  current(): ServerTls;
  /** What a client that names this host sees; a client that names none comes by address. */
  contextFor(name: string | undefined): SecureContext;
  /** Called after every renewal. */
  onRenewed(listener: (tls: ServerTls) => void): void;
  /** Renews what is due and reads the own certificate anew; for a driven clock and for tests, the timer does it hourly. */
  renewIfDue(): Promise<boolean>;
  close(): void;
}

export interface SecureContextOptions {
  desk: Pick<Desk, 'caPem' | 'issueServerCertificate'>;
  /** DNS names and addresses by which devices come. */
  names: readonly string[];
  /** A certificate for the console's name; devices do not see it. */
  own?: OwnFiles | undefined;
  clock: Clock;
  onError: (error: unknown) => void;
}

const LOOK_AGAIN_MS = 3_600_000;

/**
 * The certificates this server shows. The key is made here, in memory; its certificate comes from the desk and is
 * renewed after two thirds of its life.
 * @throws ListenerError `tls_files_unreadable`, `tls_name_taken`; KeyError of the desk
 */
export async function createSecureContextSource(options: SecureContextOptions): Promise<SecureContextSource> {
  const { desk, names, clock } = options;
  const key = createServerKey();
  const listeners = new Set<(tls: ServerTls) => void>();

  const issue = async () => {
    const issuedAt = clock.now();
    const { publicKey } = key;
    const { pem, notAfter } = await desk.issueServerCertificate({ names: [...names], publicKey, now: issuedAt });
    const tls: ServerTls = { cert: pem + desk.caPem, key: key.pem, ca: desk.caPem };
    return { tls, context: contextOf(tls), renewAt: issuedAt + ((notAfter - issuedAt) * 2) / 3 };
  };
  const readOwn = async (): Promise<(OwnCertificate & { context: SecureContext }) | undefined> => {
    if (options.own === undefined) return undefined;
    const own = await readOwnCertificate(options.own);
    refuseSharedName(own, names);
    return { ...own, context: contextOf({ ...own, ca: desk.caPem }) };
  };

  let own = await readOwn();
  let ours = await issue();
  const renewIfDue = async (): Promise<boolean> => {
    const isDue = clock.now() >= ours.renewAt;
    if (isDue) {
      ours = await issue();
      for (const listener of listeners) listener(ours.tls);
    }
    // Last, because files that somebody is just writing must not cost the devices their server.
    own = await readOwn();
    return isDue;
  };

  let takeBack: (() => void) | undefined;
  const lookLater = () => {
    takeBack = clock.after(LOOK_AGAIN_MS, () => {
      lookLater();
      renewIfDue().catch(options.onError);
    });
  };
  lookLater();

  return {
    current: () => ours.tls,
    contextFor: (name) => (own !== undefined && name !== undefined && own.covers(name) ? own.context : ours.context),
    onRenewed: (listener) => void listeners.add(listener),
    renewIfDue,
    close: () => takeBack?.(),
  };
}

function contextOf({ cert, key, ca }: ServerTls): SecureContext {
  return createSecureContext({ cert, key, ca, minVersion: 'TLSv1.3' });
}
