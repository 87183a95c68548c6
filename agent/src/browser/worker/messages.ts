import type { SiteLogEntry } from '@plumbline/shared/activity';
import type { ErrorKind } from '@plumbline/shared/errors';
import type { DeviceSettings } from '@plumbline/shared/trust';
import type { AgentTiming, EntryInput, Prediction } from '../../index.ts';
import type { AgentPhase } from '../door/tablet-agent.ts';
import type { PageFacts } from '../platform/page-facts.ts';

/** What a page may ask of the agent, wherever that runs: arguments and answer by name. */
export interface Calls {
  enrol: { args: [code: string]; answer: { site: string; device: string } };
  record: { args: [entry: EntryInput]; answer: SiteLogEntry };
  whatIf: {
    args: [activity: string, values: Record<string, number | string | null>];
    answer: Prediction[];
  };
  exportUnsent: { args: []; answer: Blob };
  refresh: { args: []; answer: void };
}

export type CallName = keyof Calls;

/** One question, numbered by whoever asks; a follower's travels to the leader as it is. */
export type Question = {
  [Name in CallName]: { type: 'call'; id: string; name: Name; args: Calls[Name]['args'] };
}[CallName];

/** A failure as it crosses: class and stack stay where they are, the code does not. */
export interface CrossedError {
  code: string;
  message: string;
  kind: ErrorKind;
  field?: string;
  expected?: string;
}

export type Answer =
  | { type: 'answer'; id: string; value: unknown }
  | { type: 'failure'; id: string; error: CrossedError }
  /** A person at the office compares this fingerprint first. */
  | { type: 'pending'; id: string; fingerprint: string };

/** A life of the agent ends with its worker. */
export interface LifeNames {
  now: string;
  /** One that ended because its page went: no crash, whatever the store says. */
  quiet?: string;
}

export interface StartOptions {
  /** Firmware profile that an enrolment is asked for. */
  profile: string;
  /** This page remembers that the browser was enrolled once. */
  wasEnrolled: boolean;
  life: LifeNames;
  facts: PageFacts;
  timing?: Partial<AgentTiming>;
  settings?: DeviceSettings;
}

export type ToWorker =
  | { type: 'start'; options: StartOptions }
  | Question
  | { type: 'facts'; facts: PageFacts }
  /** Makes durable what was made, says goodbye to the server, and answers `stopped`. */
  | { type: 'stop' };

export type FromWorker = Answer | { type: 'phase'; phase: AgentPhase } | { type: 'stopped' };
