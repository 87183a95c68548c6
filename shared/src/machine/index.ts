/** What a machine answers to one input: the next state, and at most one thing to do about it. */
export interface Transition<State, Effect> {
  state: State;
  effect?: Effect;
}

/**
 * A pure state machine (after zwave-js): a function of state and input.
 * `undefined` means that this input changes nothing in this state.
 */
export type Machine<State, Input, Effect> = (state: State) => (input: Input) => Transition<State, Effect> | undefined;

/** Feeds inputs one after the other; collects the effects in order. For tests, replays and explanations. */
export function runMachine<State, Input, Effect>(
  machine: Machine<State, Input, Effect>,
  start: State,
  inputs: Iterable<Input>,
): { state: State; effects: Effect[]; ignored: Input[] } {
  const effects: Effect[] = [];
  const ignored: Input[] = [];
  let state = start;
  for (const input of inputs) {
    const transition = machine(state)(input);
    if (transition === undefined) {
      ignored.push(input);
      continue;
    }
    state = transition.state;
    if (transition.effect !== undefined) effects.push(transition.effect);
  }
  return { state, effects, ignored };
}
