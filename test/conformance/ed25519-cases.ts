import { fromHex, verifySignature } from '@plumbline/shared/trust';

/** As C2SP/wycheproof publishes it; only what is used. */
export interface WycheproofFile {
  testGroups: {
    publicKey: { pk: string };
    tests: { tcId: number; comment: string; msg: string; sig: string; result: 'valid' | 'invalid' }[];
  }[];
}

/**
 * Asks our verifier every case. Runs in a browser too.
 * @returns per case its name, and whether our answer is the published one
 */
export function judgeEd25519({ testGroups }: WycheproofFile): { name: string; isRight: boolean }[] {
  return testGroups.flatMap(({ publicKey, tests }) =>
    tests.map(({ tcId, comment, msg, sig, result }) => {
      const holds = verifySignature({ type: 'ed25519', public: publicKey.pk }, fromHex(msg), fromHex(sig));
      return { name: `${tcId} (${comment}, ${result})`, isRight: holds === (result === 'valid') };
    }),
  );
}
