import type { Finding, Hold } from '@plumbline/shared/drift';

/** What the loop is told of a line; where it comes from is the server's to say. */
export interface LoopEvidence {
  /** Alarms on a version, those on its data included. */
  findings(line: string, version: string): Promise<Finding[]>;
  /** Values that nothing is trained on, past and present. */
  holds(line: string): Promise<Hold[]>;
}
