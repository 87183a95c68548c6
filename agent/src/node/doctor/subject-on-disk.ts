import { CodedError, isCodedError } from '@plumbline/shared/errors';
import { createConnectToken, toHex } from '@plumbline/shared/trust';
import { encodeFrame, upTopic, type DeviceStatus } from '@plumbline/shared/wire';
import { AgentError, readIdentity, type Identity, type Ports } from '../../index.ts';
import { renewCertificate } from '../../enrolment/renew.ts';
import { pinnedRootOf } from '../../identity.ts';
import { readAll } from '../../store/json.ts';
import { UPDATES } from '../../store/keys.ts';
import { openGenerations } from '../../trust/generations.ts';
import { updateModel } from '../../update/model.ts';
import type { NodePorts } from '../node-ports.ts';
import { loadDeviceKey } from '../platform/device-key.ts';
import type { Subject } from './subject.ts';

const NONCE_BYTES = 8;

/** The device of a state folder whose agent does not run; undefined when it was never enrolled. */
export async function subjectOnDisk({ ports, folder, secureFetch }: NodePorts): Promise<Subject | undefined> {
  const identity = await readIdentity(ports.store);
  if (identity === undefined) return undefined;
  const { last } = await openGenerations(ports.store, pinnedRootOf(identity));
  const { site, device, mqttUrl, webSocketUrl, certificate, cas } = identity;
  const trust = {
    cas: last.fleet?.signed.enrolmentCas ?? cas,
    certificate: certificate.pem,
    timeFloor: last.timeFloor,
  };
  const subject: Subject = {
    site,
    device,
    trust,
    endpoints: [mqttUrl, webSocketUrl],
    key: loadDeviceKey(folder.deviceKeyFile),
    // A damaged line is mended by the next start of the agent, and must not hide what else is wrong.
    lines: (await readAll(ports.store, UPDATES, updateModel, () => undefined)).map(([, line]) => line),
    async session() {
      const hasEnded = certificate.notAfter <= Math.max(ports.clock.now(), trust.timeFloor);
      if (!hasEnded && (await isLetIn(ports, subject))) return 'the server lets this device in';
      // The server gives its reason to whoever proves to hold the device key; and an old certificate is renewed by it.
      trust.certificate = (
        await renew(
          ports,
          identity,
          secureFetch(() => trust),
        )
      ).certificate.pem;
      await tryToConnect(ports, subject);
      return 'the certificate was renewed, and the server lets this device in';
    },
  };
  return subject;
}

/** @throws LinkError when the server was not reached at all */
async function isLetIn(ports: Ports, subject: Subject): Promise<boolean> {
  try {
    await tryToConnect(ports, subject);
    return true;
  } catch (error) {
    if (isCodedError(error) && error.code === 'link_refused') return false;
    throw error;
  }
}

/** Connects and leaves again; no birth is said, so nobody counts this as a session. */
async function tryToConnect(ports: Ports, { site, device, endpoints, trust }: Subject): Promise<void> {
  const { crypto, clock } = ports;
  const now = Math.max(clock.now(), trust.timeFloor);
  const nonce = toHex(ports.random.bytes(NONCE_BYTES));
  const key = await crypto.devicePublicKey();
  const death: DeviceStatus = { status: 'death', nonce, at: now };
  const connection = await ports.link.connect({
    endpoints,
    trust,
    clientId: device,
    username: `${site}/${device}`,
    password: await createConnectToken({ site, device, key, sign: crypto.signAsDevice }, now, nonce),
    will: { topic: upTopic(site, device, 'status'), payload: encodeFrame(death) },
    onMessage: () => undefined,
    onClose: () => undefined,
  });
  await connection.close();
}

/** @throws CodedError with the code of the server, which begins the message of a refusal: `device_revoked`, `device_quarantined` … */
async function renew(ports: Ports, identity: Identity, send: typeof fetch): Promise<Identity> {
  try {
    return await renewCertificate(ports, identity, send);
  } catch (error) {
    if (!(error instanceof AgentError) || error.code !== 'renewal_refused') throw error;
    throw new CodedError(error.message.split(':', 1)[0] ?? error.code, error.message, { kind: 'refused' });
  }
}
