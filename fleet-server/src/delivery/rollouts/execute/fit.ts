import { DERIVATIONS } from '@plumbline/shared/activity';
import { isCodedError } from '@plumbline/shared/errors';
import type { AssignedModel } from '@plumbline/shared/trust';
import type { ReadDb } from '../../../platform/db/index.ts';
import { chooseModel, getModel, lineInForce, ModelError } from '../../../supply/models/index.ts';

/** What a device has to be, for a variant to be chosen for it. */
export interface Fitted {
  profile: string;
  agent: string;
}

/** What a device is to run of a release, or why nothing of it fits. */
export type Fit = { model: AssignedModel; unfit?: never } | { unfit: string; model?: never };

/**
 * Chooses for many devices, once for each profile and agent.
 * @throws ModelError `model_unknown`, `model_not_published`
 */
export async function fitterOf(db: ReadDb, line: string, version: string): Promise<(device: Fitted) => Fit> {
  const model = await getModel(db, line, version);
  const inForce = await lineInForce(db, line);
  if (inForce === undefined || model.state !== 'published') {
    throw new ModelError('model_not_published', `${line}@${version} is ${model.state}`, {
      kind: 'conflict',
      field: 'version',
      expected: 'a version that an approver has signed',
    });
  }
  const derivations = Object.keys(DERIVATIONS);
  const known = new Map<string, Fit>();
  return ({ profile, agent }) => {
    const key = `${profile} ${agent}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const fit = fitOf(() => chooseModel(model, inForce.signed, { profile, agent, derivations }));
    known.set(key, fit);
    return fit;
  };
}

function fitOf(choose: () => AssignedModel): Fit {
  try {
    return { model: choose() };
  } catch (error) {
    // A profile nobody knows is no profile that a variant fits; what is not in force concerns every device.
    if (!isCodedError(error) || error.code === 'model_not_published') throw error;
    return { unfit: error.message };
  }
}
