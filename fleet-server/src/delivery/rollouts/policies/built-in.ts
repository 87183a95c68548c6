import type { Policy, WrittenPolicy } from './policy.ts';

/**
 * The road for a release nobody has reason to hurry. A canary small enough to lose, then a tripling to see whether it
 * repeats, then a quarter, where what is rare shows, then the rest.
 */
const standard: WrittenPolicy = {
  description: 'Canary, then 7.5 %, 25 % and everything, a day of watching each; pauses when a gate fails.',
  stages: [
    // In the canary a few failures prove nothing yet: it passes when more than one in six is surely ruled out.
    {
      name: 'canary',
      size: { percent: 2.5 },
      soak: '24h',
      gates: { failures: { atMost: 0.02, sureBelow: 0.16 } },
    },
    // Three times as many devices rule out one in ten, which is as much as a quarter of a fleet may learn the hard way.
    { name: 'early', size: { percent: 7.5 }, soak: '24h', gates: { failures: { atMost: 0.02, sureBelow: 0.1 } } },
    // A quarter of a fleet is enough to rule out one in twenty before everybody has it.
    { name: 'quarter', size: { percent: 25 }, soak: '24h', gates: { failures: { atMost: 0.02, sureBelow: 0.05 } } },
    { name: 'everything', size: { percent: 100 }, soak: '24h' },
  ],
  gates: {
    // A healthy release goes back on fewer than one device in fifty, for reasons of the device.
    failures: { atMost: 0.02 },
    // One unanswered question in a hundred is noise of restarts; more is the model.
    errors: { atMost: 0.01 },
    // Against the model in force on the same device, where a half more is felt, and the clock of one device is not.
    latency: { atMost: 1.5 },
    memory: { atMost: 1.5 },
  },
  // A person looks before anything is taken back: the devices themselves have gone back already where they failed.
  onFailure: 'pause',
};

export const BUILT_IN: readonly Policy[] = [
  { name: 'standard', spec: standard, isBuiltIn: true, revision: 0, updatedAt: null, updatedBy: null },
];

export function builtIn(name: string): Policy | undefined {
  return BUILT_IN.find((one) => one.name === name);
}
