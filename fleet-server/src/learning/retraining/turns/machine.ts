/** Where a turn stands. The last five are ends. */
export type TurnState =
  | 'examining'
  | 'awaiting-approval'
  | 'rolling-out'
  | 'kept-champion'
  | 'gate-refused'
  | 'completed'
  | 'stopped'
  | 'failed';

/**
 * What has come of it: `kept`, `refused`, `named` (a winner that was only examined), `submitted`, `approved` (and that was
 * all), `started` (its rollout), `reached` (everybody has it), `stopped` by a person or a gate, `failed`.
 */
export type TurnInput =
  | 'kept'
  | 'refused'
  | 'named'
  | 'submitted'
  | 'approved'
  | 'started'
  | 'reached'
  | 'stopped'
  | 'failed';

const NEXT: Partial<Record<TurnState, Partial<Record<TurnInput, TurnState>>>> = {
  examining: {
    kept: 'kept-champion',
    refused: 'gate-refused',
    named: 'completed',
    submitted: 'awaiting-approval',
    stopped: 'stopped',
    failed: 'failed',
  },
  'awaiting-approval': { approved: 'completed', started: 'rolling-out', stopped: 'stopped', failed: 'failed' },
  'rolling-out': { reached: 'completed', stopped: 'stopped', failed: 'failed' },
};

/** The state after an input; undefined where it changes nothing, as in every end. */
export function nextState(state: TurnState, input: TurnInput): TurnState | undefined {
  return NEXT[state]?.[input];
}

export function isOver(state: TurnState): boolean {
  return NEXT[state] === undefined;
}
