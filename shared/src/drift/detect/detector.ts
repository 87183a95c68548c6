export type DetectorName = 'hddm-a' | 'page-hinkley' | 'adwin' | 'e-detector' | 'psi' | 'chi2';

/** What came in since the last look: one prediction that was wrong or right, or the counts of a day. */
export interface ErrorCount {
  errors: number;
  n: number;
}

export interface Alarm {
  statistic: number;
  threshold: number;
}

/**
 * Watches a stream of errors for growing worse. `S` is JSON: it outlives the process, and is never sent.
 * Getting better is no alarm. After an alarm the state is that of the start: what follows is judged by what follows.
 */
export interface Detector<S> {
  name: DetectorName;
  start(options?: object): S;
  /** A new state; the one given stays as it is. */
  take(state: S, x: ErrorCount): { state: S; alarm?: Alarm };
}
