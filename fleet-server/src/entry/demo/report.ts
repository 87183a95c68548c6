import { writeFile } from 'node:fs/promises';

export type StepOutcome = 'done' | 'not-applicable' | 'refused';

/** What `--json` writes: every figure that was printed, for programs. */
export interface DemoReport {
  data: Record<string, unknown>;
  gate: { verdict: 'pass' | 'refuse'; reasons: { code: string; sentence: string }[] } | undefined;
  variants: Record<string, unknown>[];
  releases: Record<string, unknown>[];
  rollouts: Record<string, unknown>[];
  telemetry: {
    buffered: number;
    delivered: number;
    lost: number;
    doubled: number;
    rows: number;
    byKind: Record<string, number>;
    sentAgain: number;
    declaredDropped: number;
  };
  drift: Record<string, unknown>[];
  retrainings: Record<string, unknown>[];
  quality: {
    year: number;
    rows: number;
    frozen: { auc: number; brier: number };
    loop: { auc: number; brier: number };
  }[];
  agents: Record<string, unknown>[];
  steps: Record<string, StepOutcome>;
  claims: { claim: string; holds: boolean }[];
}

/** Prints what happens as a person would want to watch it, and keeps it for the report. */
export interface Teller {
  report: DemoReport;
  heading(text: string): void;
  line(text: string): void;
  /** Something the run asserts: printed, kept, and decisive for the exit code. */
  claim(claim: string, holds: boolean): void;
  step(name: string, outcome: StepOutcome): void;
  allHold(): boolean;
  write(path: string): Promise<void>;
}

export function createTeller(print: (text: string) => void): Teller {
  const report: DemoReport = {
    data: {},
    gate: undefined,
    variants: [],
    releases: [],
    rollouts: [],
    telemetry: {
      buffered: 0,
      delivered: 0,
      lost: 0,
      doubled: 0,
      rows: 0,
      byKind: {},
      sentAgain: 0,
      declaredDropped: 0,
    },
    drift: [],
    retrainings: [],
    quality: [],
    agents: [],
    steps: {},
    claims: [],
  };
  let number = 0;
  return {
    report,
    heading(text) {
      number += 1;
      print(`\n${number}. ${text}`);
    },
    line: (text) => print(`   ${text}`),
    claim(claim, holds) {
      report.claims.push({ claim, holds });
      print(`   ${holds ? 'holds' : 'FAILS'}: ${claim}`);
    },
    step(name, outcome) {
      report.steps[name] = outcome;
    },
    allHold: () => report.claims.every((one) => one.holds),
    write: (path) => writeFile(path, `${JSON.stringify(report, null, 2)}\n`),
  };
}
