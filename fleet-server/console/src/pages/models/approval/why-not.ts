import type { Examination } from '../../../approving/examine-draft.ts';

/** Why somebody does not sign with this browser; undefined where nothing stands against it. The server asks again. */
export function whyNot({
  examined,
  session,
  keyId,
}: {
  examined: Pick<Examination, 'reading' | 'bundles' | 'submittedBy' | 'approvers'>;
  session: { actor: string; permissions: readonly string[] };
  keyId: string | undefined;
}): string | undefined {
  const { reading, bundles, submittedBy, approvers } = examined;
  if (!session.permissions.includes('models:approve')) return 'Your role does not approve models.';
  if (submittedBy === session.actor) return 'You submitted this version. Another person approves it.';
  if (keyId === undefined) return 'There is no approver key of yours in this browser.';
  if (!approvers.includes(keyId)) return `The offline keys have not named your key for ${reading.line}.`;
  const refused = bundles.find(({ origin, gate }) => origin === 'trained' && gate !== 'pass');
  if (refused !== undefined) return `${refused.path}: its card does not say that the quality gate was passed.`;
  return undefined;
}
