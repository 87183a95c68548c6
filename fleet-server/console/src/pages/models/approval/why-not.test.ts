import { expect, it } from 'vitest';
import { whyNot } from './why-not.ts';

const reading = { line: 'delay' } as Parameters<typeof whyNot>[0]['examined']['reading'];
const passed = { path: 'models/delay/1/linear.plb', origin: 'trained', gate: 'pass', goldenRows: 8 };
const fine = {
  examined: { reading, bundles: [passed], submittedBy: 'user:ana', approvers: ['k1'] },
  session: { actor: 'user:bo', permissions: ['models:approve'] },
  keyId: 'k1',
};

it('an approver with a key of the line signs what another submitted', () => {
  expect(whyNot(fine)).toBeUndefined();
  const imported = { ...passed, origin: 'imported', gate: null };
  expect(whyNot({ ...fine, examined: { ...fine.examined, bundles: [imported] } })).toBeUndefined();
});

it.each<[because: RegExp, change: Partial<typeof fine> | { keyId: undefined }]>([
  [/role/, { session: { ...fine.session, permissions: ['models:read'] } }],
  [/You submitted/, { session: { ...fine.session, actor: 'user:ana' } }],
  [/no approver key/, { keyId: undefined }],
  [/not named your key for delay/, { keyId: 'k2' }],
  [/quality gate/, { examined: { ...fine.examined, bundles: [{ ...passed, gate: 'refuse' }] } }],
])('nobody signs: %s', (because, change) => {
  expect(whyNot({ ...fine, ...change })).toMatch(because);
});
