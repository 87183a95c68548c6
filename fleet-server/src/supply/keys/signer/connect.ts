import { fromBase64, keyId, toBase64 } from '@plumbline/shared/trust';
import type { Desk, DeskRole } from '../desk/desk.ts';
import { openLink } from './link.ts';
import { description, issued, signature } from './messages.ts';

const TIMEOUT_MS = 10_000;

/**
 * The desk of a signer process. Private keys stay there; this side opens no key file. A signer that dies and comes
 * back is found again, and what it had not answered is asked once more.
 * @throws KeyError `signer_unavailable` when nobody answers within `timeoutMs`.
 */
export async function connectDesk(socketPath: string, timeoutMs: number = TIMEOUT_MS): Promise<Desk> {
  const link = openLink(socketPath, timeoutMs);
  try {
    const { caPem, keys } = description.parse(await link.ask({ ask: 'describe' }));
    const signer = (role: DeskRole) => {
      const id = keyId(keys[role]);
      return {
        publicKey: keys[role],
        keyId: id,
        sign: async (bytes: Uint8Array) =>
          fromBase64(
            signature.parse(await link.ask({ ask: 'sign', role, keyId: id, document: toBase64(bytes) })).signature,
          ),
      };
    };
    return {
      director: signer('director'),
      builder: signer('builder'),
      timestamp: signer('timestamp'),
      snapshot: signer('snapshot'),
      caPem,
      issueDeviceCertificate: async (input) => issued.parse(await link.ask({ ask: 'device-certificate', ...input })),
      issueServerCertificate: async (input) => {
        const { pem, notAfter } = issued.parse(await link.ask({ ask: 'server-certificate', ...input }));
        return { pem, notAfter };
      },
      close: async () => link.close(),
    };
  } catch (error) {
    link.close();
    throw error;
  }
}
