import type { DeviceSettings } from '@plumbline/shared/trust';
import type { DeviceReport, ModelReport, StreamClass, TrustReport } from '@plumbline/shared/wire';
import type { UpdateModel } from '../update/index.ts';
import type { StreamCounts } from './outbox/index.ts';

export interface ReportSubject {
  agent: string;
  profile: string;
  nonce: string;
  counter: number;
  at: number;
  assignmentSeq: number;
  lines: readonly UpdateModel[];
  /** What really answers, by hash of the loaded archive; what the machine believes is not asked. */
  running: (line: string) => ModelReport['running'];
  /** What it did in service, and the archive before it. */
  served: (line: string) => Pick<ModelReport, 'served' | 'servedBefore'>;
  outbox: Record<StreamClass, StreamCounts>;
  settings: DeviceSettings;
  trust: TrustReport;
  retired: DeviceReport['retired'];
}

/** The device's truth about itself. */
export function buildReport(of: ReportSubject): DeviceReport {
  return {
    v: 1,
    agent: of.agent,
    profile: of.profile,
    nonce: of.nonce,
    counter: of.counter,
    at: of.at,
    assignmentSeq: of.assignmentSeq,
    models: of.lines.map((line) => modelReportOf(line, of)),
    outbox: Object.fromEntries(
      Object.entries(of.outbox).map(([name, { waiting, lastSeq }]) => [name, { waiting, lastSeq }]),
    ),
    // CBOR as we write it has no `undefined`.
    settings: Object.fromEntries(Object.entries(of.settings).filter(([, value]) => value !== undefined)),
    trust: of.trust,
    ...(of.retired && { retired: of.retired }),
  };
}

function modelReportOf(line: UpdateModel, of: Pick<ReportSubject, 'running' | 'served'>): ModelReport {
  const { target } = line;
  const running = of.running(line.line);
  return {
    model: line.line,
    state: line.state,
    ...(line.active && { slot: line.active }),
    ...(running && { running }),
    ...(target && {
      target: { sha256: target.sha256, counter: target.releaseCounter, assignmentSeq: target.seq },
    }),
    ...(line.proof && { proof: line.proof }),
    ...(line.reason && { reason: line.reason }),
    ...(line.detail && { detail: line.detail }),
    ...(line.shadow?.report && line.shadow.of === target?.sha256 && { shadow: line.shadow.report }),
    ...of.served(line.line),
    ...(line.deferredUntil !== undefined && { deferredUntil: line.deferredUntil }),
  };
}
