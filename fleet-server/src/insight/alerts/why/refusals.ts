import type { RefusalReason } from '@plumbline/shared/update';

/** What each refusal of a device means, and what helps. */
export const REFUSALS: Record<RefusalReason, { means: string; helps: string }> = {
  bad_hash: {
    means: 'the bytes that arrived are not those that were signed',
    helps: 'assign it again; if it comes back, look at what stands between the server and the site',
  },
  bad_length: {
    means: 'the bundle is longer or shorter than what was signed',
    helps: 'assign it again; if it comes back, publish the release again',
  },
  bad_signature: {
    means: 'a document is not signed by keys that the device believes',
    helps: 'compare the root of the server with that of the device (`plumbline keys status`)',
  },
  not_in_release: {
    means: 'assignment and release do not name the same bytes',
    helps: 'approve the release, and see that its metadata is published',
  },
  rollback: {
    means: 'the release is older than one that the device has run',
    helps: 'go back by `rollouts revert`, which signs the old bytes under a new counter',
  },
  wrong_device: {
    means: 'the assignment is for another device or site',
    helps: 'see whether the disk of another device was copied; enrol it anew if so',
  },
  does_not_fit: {
    means: 'the model needs more than a device of this profile has',
    helps: 'optimize a smaller variant for its profile (`models optimize`), or correct its profile',
  },
  bundle_malformed: { means: 'the bundle cannot be read', helps: 'build and publish the release again' },
  seal_invalid: { means: 'the seal of the builder is not right', helps: 'seal and publish the release again' },
  model_unloadable: {
    means: 'the runtime of the device cannot load the model',
    helps: 'look at the detail for the operator that is missing; update the agent or use another variant',
  },
  self_test_failed: {
    means: 'the model gave other answers on this device than where it was built',
    helps: 'do not force it: compare the profile and the runtime, and use another variant',
  },
  self_test_timeout: {
    means: 'the model is too slow on this device to be tested in time',
    helps: 'use a smaller variant, or look for what else takes its processor',
  },
  shadow_disagrees: {
    means: 'the new model decides otherwise than the old one on the records of this site',
    helps: 'look at the examples with the data scientist before it is widened',
  },
  shadow_shifted: {
    means: 'the scores of the new model lie elsewhere than those of the old one',
    helps: 'recalibrate it, or accept the shift in the settings of the rollout',
  },
  shadow_slower: { means: 'the new model is too slow beside the old one', helps: 'use a smaller variant' },
  shadow_larger: { means: 'the new model needs too much memory beside the old one', helps: 'use a smaller variant' },
  unclean_exits: {
    means: 'the agent ended three times without a farewell while the new model was in force',
    helps: 'ask for diagnostics (`devices diagnostics --ask`); look at memory and power first',
  },
  errors_in_service: {
    means: 'the new model failed on real records',
    helps: 'ask for diagnostics and look at the records',
  },
  disk_full: { means: 'there is no room for the new model beside the old one', helps: 'free space on the device' },
  memory_low: {
    means: 'there was too little memory to try the model',
    helps: 'end what else runs there, or use a smaller variant',
  },
  power_low: { means: 'the battery was too low', helps: 'it goes on by itself when the device is charged' },
  link_budget: {
    means: 'the month of its link is used up',
    helps: 'it goes on with the next month, or raise `linkMonthlyBytes`',
  },
  outside_window: {
    means: 'its time to install has not come',
    helps: 'it goes on by itself, or widen the window in the settings',
  },
  deferred_on_site: { means: 'somebody on site put it off', helps: 'it goes on at the time they said; ask them' },
  retiring: {
    means: 'the device was ordered to leave the fleet',
    helps: 'nothing: it sends what it holds and wipes itself',
  },
  given_up: {
    means: 'the same bytes brought the device down again and again',
    helps: 'do not assign them again; build another variant and ask for diagnostics',
  },
  stale_metadata: {
    means: 'the signed metadata of the fleet has expired on the device',
    helps: 'see that the server renews it, and that nothing keeps it from the site',
  },
};
