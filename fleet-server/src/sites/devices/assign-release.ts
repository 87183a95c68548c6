import { DERIVATIONS } from '@plumbline/shared/activity';
import type { DeviceSettings } from '@plumbline/shared/trust';
import type { Db } from '../../platform/db/index.ts';
import { chooseModel, getModel, lineInForce, ModelError, refuseDeprecated } from '../../supply/models/index.ts';
import { assignModel, type AssignDeps } from './assign.ts';
import { getDevice } from './describe.ts';

export interface ReleaseOrder {
  device: string;
  line: string;
  version: string;
  /** `direct`, or the rollout that asks for it. */
  cause: string;
  settings?: DeviceSettings;
  /** It takes something back: the brake over the fleet does not hold it. */
  isReturn?: boolean;
}

/**
 * Assigns a release to one device: the variant and payload that fit its profile, under the newest counter.
 * @throws DeviceError `device_unknown`, `fleet_frozen`; ModelError `model_unknown`, `model_not_published`, `version_deprecated`, `variant_none_fits`
 */
export async function assignRelease(
  tx: Db,
  deps: AssignDeps,
  actor: string,
  order: ReleaseOrder,
): Promise<{ seq: number; sha256: string }> {
  const { line, version, cause, settings, isReturn } = order;
  const device = await getDevice(tx, order.device);
  const model = await getModel(tx, line, version);
  const inForce = await lineInForce(tx, line);
  if (inForce === undefined || model.state !== 'published') {
    throw new ModelError('model_not_published', `${line}@${version} is ${model.state}`, {
      kind: 'conflict',
      field: 'version',
      expected: 'a version that an approver has signed',
    });
  }
  // A rollout was asked when it began, and what is under way goes on.
  if (cause === 'direct' && isReturn !== true) await refuseDeprecated(tx, line, version);
  const chosen = chooseModel(model, inForce.signed, { ...device, derivations: Object.keys(DERIVATIONS) });
  const { seq } = await assignModel(tx, deps, actor, {
    device: device.id,
    model: chosen,
    version,
    cause,
    ...(settings === undefined ? {} : { settings }),
    ...(isReturn === undefined ? {} : { isReturn }),
  });
  return { seq, sha256: chosen.sha256 };
}
