import { describe, expect, it } from 'vitest';
import { proof, refusalReason, updateState } from './index.ts';

describe('the words of an update', () => {
  it('are the states of the design, in the order a device passes them', () => {
    const way = 'idle offered fetching verifying staged self-testing shadowing activating proving committed';
    const otherwise = 'rolling-back rolled-back refused deferred';
    expect(updateState.options).toEqual(`${way} ${otherwise}`.split(' '));
  });

  it('for a refusal can stand in a column, a metric label and a URL', () => {
    for (const reason of refusalReason.options) expect(reason).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it('never call a silent device proven', () => {
    expect(proof.options).toEqual(['proven', 'unproven: no traffic']);
  });
});
