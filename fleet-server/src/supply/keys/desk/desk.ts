import type { PublicKey, Signer } from '@plumbline/shared/trust';
import type { Issued } from '../ca/authority.ts';

/** Roles that sign documents; the CA signs certificates and nothing else. */
export const DESK_ROLES = ['director', 'builder', 'timestamp', 'snapshot'] as const;
export type DeskRole = (typeof DESK_ROLES)[number];

export interface DeviceCertificateInput {
  site: string;
  device: string;
  publicKey: PublicKey;
  now: number;
}

export interface ServerCertificateInput {
  /** DNS names and IP addresses. */
  names: string[];
  publicKey: PublicKey;
  now: number;
}

/**
 * Everything the online keys may do. Each signer signs documents of its own kind only: an assignment by the director,
 * line metadata and seals by the builder, and so on; whatever else is asked for is refused with a code.
 */
export interface Desk extends Record<DeskRole, Signer> {
  /** Certificate of the enrolment CA. */
  caPem: string;
  /** 30 days, clientAuth, CN the device and O the site. */
  issueDeviceCertificate(input: DeviceCertificateInput): Promise<Issued>;
  /** 90 days, serverAuth, SAN. */
  issueServerCertificate(input: ServerCertificateInput): Promise<Omit<Issued, 'serial'>>;
  close(): Promise<void>;
}
