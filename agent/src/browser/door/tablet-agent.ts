import type { SiteLogEntry } from '@plumbline/shared/activity';
import type { EntryInput, Prediction } from '../../index.ts';
import type { SiteView } from './site-view.ts';

/** What this browser can do for the agent, asked before anything is enrolled. */
export interface Capabilities {
  /** Codes of what is missing: `no_simd`, `no_indexeddb`, `no_locks`, `no_device_key`, `not_secure`. */
  missing: string[];
}

/** Of whoever holds the tablet: kept beside the entries and never sent by itself. Names of keys are the app's. */
export type Preferences = Readonly<Record<string, string>>;

/**
 * What a start waits for: `engine` the script of the worker, `turn` a tab or worker that has not ended yet, `storage` the
 * browser's, `model` the agent itself, which loads the models it has.
 */
export type StartStage = 'engine' | 'turn' | 'storage' | 'model';

export type AgentPhase =
  | { phase: 'starting'; waitsFor: StartStage }
  /** Another tab of this browser runs the agent; this one shows what it says and hands commands over. */
  | { phase: 'following'; view?: SiteView }
  | { phase: 'not-enrolled'; because?: 'never' | 'storage_lost' | 'retired' }
  | { phase: 'running'; view: SiteView }
  /** The worker ended and is started again; commands are refused meanwhile. */
  | { phase: 'failed'; code: string; detail: string };

/** The agent of a tablet, as its page sees it. Every call crosses to the one worker that runs it. */
export interface TabletAgent {
  /** Called at once with what is known, and after every change. @returns takes the listener back */
  subscribe(listener: (phase: AgentPhase) => void): () => void;
  /** @throws AgentError, TrustError, LinkError by code; `onPending` is told the fingerprint a person compares */
  enrol(code: string, onPending?: (fingerprint: string) => void): Promise<{ site: string; device: string }>;
  /** Resolves when the entry survives a power cut, and not before. @throws StoreError, AgentError */
  record(entry: EntryInput): Promise<SiteLogEntry>;
  /** What the model would say of these values; nothing of it is counted or kept. */
  whatIf(activity: string, values: Record<string, number | string | null>): Promise<Prediction[]>;
  /** Everything people made that the server has not confirmed, as NDJSON of the rows, photos included. */
  exportUnsent(): Promise<Blob>;
  /** Asks the browser to keep the storage; the answer stands in the view. */
  askToPersist(): Promise<boolean>;
  /** Looks for work now: connection, site log, predictions due. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}
