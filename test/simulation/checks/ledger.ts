/** What a history may be found guilty of. The first four have columns of their own on the scoreboard. */
export type Breach =
  | 'lost'
  | 'doubled'
  | 'bricked'
  | 'refetched'
  /** A number of a stream that was given twice, or to something that was not durable. */
  | 'seq_reused'
  /** A row the server holds and this device never wrote, or one that stands there differently. */
  | 'invented'
  | 'gap_wrong'
  /** A model in the predicting process that was not assigned, not published, or had to be refused. */
  | 'unverified'
  /** An answer that the model it is ascribed to does not give. */
  | 'wrong_answer'
  /** A report that says something else than is so. */
  | 'untruthful'
  /** A version, number or floor that was believed once and then a lower one. */
  | 'trust_fell'
  /** More attempts, requests or disk calls than any fault explains. */
  | 'unbounded'
  /** The world healed, and the device did not get where it was told to go. */
  | 'not_converged'
  /** Time stands still: something turns in circles without waiting. */
  | 'stuck'
  /** A rejection nobody took. */
  | 'unhandled';

export interface Ledger {
  add(breach: Breach, text: string): void;
  count(breach: Breach): number;
  breaches(): { breach: Breach; text: string; times: number }[];
}

export function createLedger(note: (what: string) => void): Ledger {
  const found = new Map<string, { breach: Breach; text: string; times: number }>();
  return {
    add(breach, text) {
      const key = `${breach} ${text}`;
      const known = found.get(key);
      if (known === undefined) note(`BREACH ${key}`);
      found.set(key, { breach, text, times: (known?.times ?? 0) + 1 });
    },
    count: (breach) => [...found.values()].filter((one) => one.breach === breach).length,
    breaches: () => [...found.values()],
  };
}
