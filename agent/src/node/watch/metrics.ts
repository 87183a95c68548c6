import type { Agent, AgentState, Host } from '../../index.ts';
import { AGENT_VERSION } from '../version.ts';
import type { Metric, Sample } from './exposition.ts';
import type { Latency } from './latency.ts';
import type { Traffic } from './traffic.ts';

export interface MetricsDeps {
  agent: Pick<Agent, 'state'>;
  host: Host;
  latency: Latency;
  traffic: Traffic;
  /** Name and version of the ONNX runtime. */
  runtime: string;
  /** Readers of `/v1/events`. */
  readers: number;
}

/** Everything a site's own monitoring may want to know, read anew for each scrape. */
export async function metricsOf(deps: MetricsDeps): Promise<Metric[]> {
  const { agent, host, latency, traffic, runtime, readers } = deps;
  const state = agent.state();
  const { site, device } = state.identity;
  const [freeDisk, freeMemory] = await Promise.all([host.freeDiskBytes(), host.freeMemoryBytes()]);
  return [
    gauge('info', 'Which agent this is.', [{ labels: { site, device, agent: AGENT_VERSION, runtime }, value: 1 }]),
    gauge('connected', 'Whether the server is connected.', [{ value: Number(state.connected) }]),
    gauge('assignment_seq', 'Number of the assignment that holds.', [{ value: state.assignmentSeq }]),
    ...modelMetrics(state),
    ...outboxMetrics(state),
    ...predictionMetrics(state),
    ...driftMetrics(state),
    histogram('prediction_latency_seconds', 'Time of prediction calls by API and sources.', latency.samples()),
    ...trustMetrics(state),
    ...linkMetrics(state, traffic),
    gauge('free_disk_bytes', 'Space left where models lie.', [{ value: freeDisk }]),
    gauge('free_memory_bytes', 'Memory the device can still give.', [{ value: freeMemory }]),
    gauge('resident_memory_bytes', 'Memory this process takes.', [{ value: process.memoryUsage.rss() }]),
    counter('uptime_seconds_total', 'How long this process runs.', process.uptime()),
    gauge('event_readers', 'Readers of /v1/events.', [{ value: readers }]),
  ];
}

function modelMetrics({ lines }: AgentState): Metric[] {
  const samples = lines.map(({ line, state, running, proof, reason }): Sample => {
    const { sha256 = '', version = '' } = running ?? {};
    return { labels: { line, state, sha256, version, proof: proof ?? '', reason: reason ?? '' }, value: 1 };
  });
  return [gauge('model_info', 'Model lines: what answers, by hash, and the state of the update.', samples)];
}

function outboxMetrics({ outbox, counters }: AgentState): Metric[] {
  const each = (value: (of: AgentState['outbox'][keyof AgentState['outbox']]) => number): Sample[] =>
    Object.entries(outbox).map(([name, counts]) => ({ labels: { class: name }, value: value(counts) }));
  return [
    gauge(
      'outbox_rows_waiting',
      'Rows the server has not acknowledged.',
      each(({ waiting }) => waiting),
    ),
    gauge(
      'outbox_last_seq',
      'Number of the newest row.',
      each(({ lastSeq }) => lastSeq),
    ),
    gauge(
      'outbox_acknowledged_seq',
      'Number up to which the server has everything.',
      each(({ acked }) => acked),
    ),
    counter('rows_rejected_total', 'Rows the server did not take.', counters.rowsRejected),
    counter('rows_lost_total', 'Rows dropped over budget or for want of disk, each declared.', counters.rowsLost),
  ];
}

function predictionMetrics({ counters }: AgentState): Metric[] {
  return [
    counter('predictions_total', 'Records predicted since the start.', counters.predictions),
    counter('model_errors_total', 'Calls that failed by the fault of a model.', counters.modelErrors),
    counter('refused_calls_total', 'Calls refused for their values.', counters.refusedCalls),
  ];
}

function driftMetrics({ drift }: AgentState): Metric[] {
  const each = (value: (of: AgentState['drift'][number]) => number): Sample[] =>
    drift.map((one) => ({ labels: { line: one.line, version: one.version, sha256: one.sha256 }, value: value(one) }));
  return [
    counter(
      'outcomes_judged_total',
      'Predictions whose outcome is known on this device.',
      each((one) => one.judged),
    ),
    counter(
      'outcomes_wrong_total',
      'Of those, the wrong ones.',
      each((one) => one.errors),
    ),
    counter(
      'drift_alarms_total',
      'Alarms of the detectors on errors of this device.',
      each((one) => one.alarms),
    ),
  ];
}

function trustMetrics({ trust, identity }: AgentState): Metric[] {
  const documents = trust.documents.map(({ role, expires }): Sample => {
    const at = Date.parse(expires);
    return { labels: { role }, value: Number.isNaN(at) ? undefined : at / 1000 };
  });
  const notAfter = identity.certificate?.notAfter;
  return [
    gauge('trust_expires_timestamp_seconds', 'When signed metadata expire.', documents),
    gauge('trust_stale', 'Whether installs wait for fresh metadata.', [{ value: Number(trust.stale !== undefined) }]),
    gauge('clock_suspect', 'Whether the clock is behind signed time.', [{ value: Number(trust.clockSuspect) }]),
    gauge('certificate_expires_timestamp_seconds', 'When the certificate of the device expires.', [
      { value: notAfter === undefined ? undefined : notAfter / 1000 },
    ]),
  ];
}

function linkMetrics({ counters, link }: AgentState, { upBytes, downBytes }: Traffic): Metric[] {
  const bytes = [
    { labels: { direction: 'up' }, value: upBytes },
    { labels: { direction: 'down' }, value: downBytes },
  ];
  return [
    {
      name: 'plumbline_link_bytes_total',
      help: 'Bytes of MQTT messages since the start, without TCP and TLS.',
      type: 'counter',
      samples: bytes,
    },
    gauge('link_month_bytes', 'Bytes counted against the budget of this calendar month.', [
      { labels: { direction: 'up' }, value: link.upBytes },
      { labels: { direction: 'down' }, value: link.downBytes },
    ]),
    gauge('link_month_limit_bytes', 'The budget of a calendar month.', [{ value: link.limitBytes }]),
    counter('blocks_fetched_total', 'Blocks of payloads and metadata that came.', counters.blocksFetched),
    counter('blocks_fetched_twice_total', 'Blocks that came more than once.', counters.blocksFetchedTwice),
    counter('blocks_refused_total', 'Blocks the server did not have.', counters.blocksRefused),
  ];
}

function gauge(name: string, help: string, samples: Sample[]): Metric {
  return { name: `plumbline_${name}`, help, type: 'gauge', samples };
}

function counter(name: string, help: string, value: number | Sample[]): Metric {
  const samples = typeof value === 'number' ? [{ value }] : value;
  return { name: `plumbline_${name}`, help, type: 'counter', samples };
}

function histogram(name: string, help: string, samples: Sample[]): Metric {
  return { name: `plumbline_${name}`, help, type: 'histogram', samples };
}
