import { capabilitiesOf, openTabletAgent, readStoredView } from '../../../../agent/src/browser/index.ts';

/** Everything that the tests ask of a page: the door of the agent, as an app has it. */
Object.assign(globalThis, { door: { capabilitiesOf, openTabletAgent, readStoredView } });
