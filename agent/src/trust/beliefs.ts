import type { Profile } from '@plumbline/firmware-profiles';
import { lineKeys, type DeviceSettings, type PublicKey } from '@plumbline/shared/trust';
import type { Blocks } from '../link/blocks.ts';
import type { Clock, Crypto, Store } from '../ports/index.ts';
import type { Target } from '../update/index.ts';
import { openGenerations, type Pinned } from './generations.ts';
import { learn, type Learned, type Statements } from './learn.ts';
import { trustViewOf, type TrustView } from './trust-view.ts';
import { watchTrust } from './watch.ts';

/** What this device believes about its fleet, and what it is to run by that. */
export interface Beliefs {
  /** Number of the assignment that is obeyed; 0 before the first. */
  seq(): number;
  targets(): readonly Target[];
  /** Settings of the assignment within the bounds of the profile. */
  settings(): DeviceSettings;
  /** Never before the newest signed time, ms: a clock set back does not make old papers young. */
  now(): number;
  timeFloor(): number;
  /** Authorities that sign the server's certificate, PEM; undefined while only enrolment has named one. */
  cas(): readonly string[] | undefined;
  /** Whose seal on a bundle of this line counts. @throws TrustError `line_not_delegated` */
  sealKeys(line: string): PublicKey[];
  view(): TrustView;
  /**
   * Takes a new desired state; a newer one that arrives meanwhile takes its place.
   * @returns undefined when it is the one obeyed already
   * @throws TrustError when it is refused; AgentError of kind `unavailable` when not all of it arrived
   */
  accept(message: Statements): Promise<Learned | undefined>;
  /** Tells what time alone has changed: expired metadata, a clock that cannot be right. */
  look(): void;
  /** Ends what is under way; resolves when nothing touches the store any more. */
  close(): Promise<void>;
}

export interface BeliefsDeps {
  store: Store;
  clock: Clock;
  crypto: Crypto;
  blocks: Blocks;
  identity: { site: string; device: string };
  pinned: Pinned;
  profile: Profile;
  /** Highest release counter that ever ran here. */
  ranCounter: (line: string) => number;
  event: (code: string, details: Record<string, string | number | boolean | null>) => void;
}

/** @throws TrustError `wrong_root` when this device is left with a root that is not the pinned one */
export async function openBeliefs(deps: BeliefsDeps): Promise<Beliefs> {
  const { clock } = deps;
  const generations = await openGenerations(deps.store, deps.pinned);
  let belief = generations.last;
  let turn: Promise<unknown> = Promise.resolve();
  let superseded = new AbortController();
  let isClosed = false;

  const now = () => Math.max(clock.now(), belief.timeFloor);
  const view = () => trustViewOf(belief, clock.now());
  const look = watchTrust(view, deps.event);
  const learning = {
    ...deps,
    now,
    belief: () => belief,
    believe: async (next: typeof belief) => {
      await generations.write(next);
      belief = next;
    },
  };

  return {
    seq: () => belief.obeyed?.seq ?? 0,
    targets: () => belief.targets,
    settings: () => belief.settings,
    now,
    timeFloor: () => belief.timeFloor,
    cas: () => belief.fleet?.signed.enrolmentCas,
    sealKeys: (line) => {
      const { targets } = belief.image;
      return targets === undefined ? [] : lineKeys(targets.signed, line, 'builders');
    },
    view,
    look,
    accept(message) {
      superseded.abort();
      superseded = new AbortController();
      const { signal } = superseded;
      const result = turn.then(() => (isClosed || signal.aborted ? undefined : learn(learning, message, signal)));
      turn = result.catch(() => undefined);
      return result.finally(look);
    },
    async close() {
      isClosed = true;
      superseded.abort();
      await turn;
    },
  };
}
