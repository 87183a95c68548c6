import { activate } from '../install/activate.ts';
import { fetchPayload } from '../install/fetch.ts';
import { prove } from '../install/prove.ts';
import { rollBack } from '../install/roll-back.ts';
import { selfTest } from '../install/self-test.ts';
import { shadow } from '../install/shadow/shadow.ts';
import { stage } from '../install/stage.ts';
import type { Executor } from '../install/step.ts';
import { verify } from '../install/verify.ts';
import type { UpdateEffect } from '../update/index.ts';

export const EXECUTORS: Record<UpdateEffect, Executor> = {
  fetch: fetchPayload,
  verify,
  stage,
  'self-test': selfTest,
  shadow,
  activate,
  prove,
  'roll-back': rollBack,
};
