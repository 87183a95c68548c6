import type { Db } from '../../platform/db/index.ts';
import { signDesired, standingAssignment, type AssignDeps } from './assign.ts';

export interface DiagnosticsOrder {
  device: string;
  /** Most bytes the answer may take on the link; the device bounds it by its profile. */
  maxBytes?: number;
}

/**
 * Asks a device for a diagnostics bundle: its desired state as it stands, with the next higher request number. The
 * device answers a number once, when it hears of it and its link allows it.
 * @param answered highest number that is known from answers: an assignment may have been lost with an older database
 * @throws DeviceError `device_unknown`; RepositoryError `repository_empty`
 */
export async function askDiagnostics(
  tx: Db,
  deps: AssignDeps,
  actor: string,
  { device, maxBytes }: DiagnosticsOrder,
  answered = 0,
): Promise<{ seq: number; request: number }> {
  const standing = await standingAssignment(tx, device);
  const request = Math.max(standing?.settings.diagnosticsRequest ?? 0, answered) + 1;
  const { seq } = await signDesired(tx, deps, actor, {
    device,
    models: standing?.models ?? [],
    settings: {
      ...standing?.settings,
      diagnosticsRequest: request,
      ...(maxBytes !== undefined && { diagnosticsBytes: maxBytes }),
    },
    about: { line: '', version: '', counter: 0, sha256: '' },
    cause: 'diagnostics',
    details: { diagnosticsRequest: request },
  });
  return { seq, request };
}
