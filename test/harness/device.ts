import { join } from 'node:path';
import { createAgent, type Agent, type AgentEvent, type AgentTiming, type LineState } from '@plumbline/agent';
import { enrolNode, nodeDecoders } from '@plumbline/agent/node';
import type { ModelTrial } from '@plumbline/shared/predict';
import type { DeviceSettings } from '@plumbline/shared/trust';
import type { UpdateState } from '@plumbline/shared/update';
import type { Ports } from '../../agent/src/ports/index.ts';
import { openNodePorts, profileOf, type NodePorts } from '../../agent/src/node/node-ports.ts';
import { eventually } from './eventually.ts';

/** The class of device all tests use: its bounds let an update finish in seconds. */
export const PROFILE = 'linux-x64-dev';
const AGENT_VERSION = '0.1.0';

const QUICK: Partial<AgentTiming> = {
  firstDelayMs: 20,
  maxDelayMs: 200,
  ackTimeoutMs: 2000,
  blockTimeoutMs: 2000,
  groupCommitMs: 20,
  reportDelayMs: 10,
  reportIntervalMs: 1000,
};
/** One record proves a model; a quiet one is left time to be asked. */
const SETTINGS: DeviceSettings = { proveRecords: 1, proveTimeoutMs: 60_000 };

/** One gateway in this process: real SQLite, files, MQTT, ONNX Runtime and trial process in a folder of its own. */
export interface Device extends AsyncDisposable {
  name: string;
  folder: string;
  /** The running agent. */
  agent: Agent;
  /** What it told its log, over all its lives. */
  events: AgentEvent[];
  /** A new life on the same folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
  line(name: string): LineState | undefined;
  /** Waits until the line is in this state and, where a version is named, runs it. */
  reaches(state: UpdateState, line: string, version?: string): Promise<LineState>;
  connects(): Promise<void>;
  /** Waits until the server has acknowledged every row. */
  drains(): Promise<void>;
  /** Folder of the slot that answers. */
  slot(line: string): string;
}

/** Trades the code for a name, in a folder that is not anybody's yet. */
export async function enrol(folder: string, code: string): Promise<void> {
  await enrolNode({ code, stateFolder: folder, profile: PROFILE, development: true });
}

/** Starts an enrolled device. @param trial one for all gateways of a test: starting its child is what costs most */
export async function startDevice(
  name: string,
  folder: string,
  trial: ModelTrial,
  /** What stands in for a port of the gateway. */
  instead: (ports: Ports) => Partial<Ports> = () => ({}),
): Promise<Device> {
  let open: NodePorts | undefined;
  const events: AgentEvent[] = [];
  const device: Device = {
    name,
    folder,
    events,
    agent: undefined as unknown as Agent,
    async start() {
      if (open !== undefined) return;
      open = await openNodePorts({ stateFolder: folder, clock: { kind: 'real' }, inject: [], development: true });
      device.agent = createAgent(
        { ...open.ports, trial, ...instead(open.ports) },
        {
          profile: profileOf(open.folder, undefined),
          agentVersion: AGENT_VERSION,
          decoders: nodeDecoders,
          timing: QUICK,
          settings: SETTINGS,
          secureFetch: open.secureFetch,
          onEvent: (event) => events.push(event),
        },
      );
      await device.agent.start().catch(async (error: unknown) => {
        await open?.[Symbol.asyncDispose]();
        open = undefined;
        throw error;
      });
    },
    async stop() {
      if (open === undefined) return;
      await device.agent.stop();
      await open[Symbol.asyncDispose]();
      open = undefined;
    },
    line: (line) => device.agent.state().lines.find((one) => one.line === line),
    reaches: (state, line, version) =>
      eventually(`${name} is ${state} with ${line}@${version ?? '*'}`, () => {
        const found = device.line(line);
        if (found?.state !== state) throw new Error(JSON.stringify(found));
        return version === undefined || found.running?.version === version ? found : undefined;
      }),
    async connects() {
      await eventually(`${name} is connected`, () => device.agent.state().connected);
    },
    async drains() {
      await device.agent.flush();
      await eventually(`the outbox of ${name} is empty`, () =>
        Object.values(device.agent.state().outbox).every(({ waiting }) => waiting === 0),
      );
    },
    slot: (line) => join(folder, 'files/slots', line, device.line(line)?.active ?? 'none'),
    [Symbol.asyncDispose]: () => device.stop(),
  };
  await device.start();
  return device;
}
