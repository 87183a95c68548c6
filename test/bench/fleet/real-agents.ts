import { join } from 'node:path';
import { createAgent, type Agent } from '@plumbline/agent';
import { enrolNode, nodeDecoders } from '@plumbline/agent/node';
import type { ModelTrial } from '@plumbline/shared/predict';
import { parseTopic, type Topic } from '@plumbline/shared/wire';
import { openNodePorts, profileOf, type NodePorts } from '../../../agent/src/node/node-ports.ts';
import type { Link } from '../../../agent/src/ports/index.ts';
import { publishBytes } from './packets.ts';
import { AGENT_VERSION, PROFILE, type Counts, type Said, type Script } from './script.ts';

interface Heard {
  topic: Topic;
  text: string;
  payload: Uint8Array;
  retain: boolean;
}

/** A real agent over a real socket, and all that passed over it. */
export interface RecordedAgent {
  agent: Agent;
  heard: readonly Heard[];
  stop(): Promise<void>;
}

export async function startRecorded(folder: string, code: string, trial: ModelTrial): Promise<RecordedAgent> {
  const state = join(folder, 'state');
  await enrolNode({ code, stateFolder: state, profile: PROFILE, development: true });
  const open: NodePorts = await openNodePorts({
    stateFolder: state,
    clock: { kind: 'real' },
    inject: [],
    development: true,
  });
  const heard: Heard[] = [];
  const agent = createAgent(
    { ...open.ports, trial, link: recording(open.ports.link, heard) },
    {
      profile: profileOf(open.folder, undefined),
      agentVersion: AGENT_VERSION,
      decoders: nodeDecoders,
      timing: { firstDelayMs: 1, reportIntervalMs: 3_600_000 },
      secureFetch: open.secureFetch,
    },
  );
  await agent.start();
  return {
    agent,
    heard,
    async stop() {
      await agent.stop();
      await open[Symbol.asyncDispose]();
    },
  };
}

function recording(link: Link, heard: Heard[]): Link {
  const note = (text: string, payload: Uint8Array, retain: boolean) => {
    const topic = parseTopic(text);
    if (topic !== undefined) heard.push({ topic, text, payload: payload.slice(), retain });
  };
  return {
    async connect(asked) {
      const onMessage: typeof asked.onMessage = (topic, payload) => {
        note(topic, payload, false);
        asked.onMessage(topic, payload);
      };
      const connection = await link.connect({ ...asked, onMessage });
      return {
        ...connection,
        publish(topic, payload, options) {
          note(topic, payload, options?.retain ?? false);
          return connection.publish(topic, payload, options);
        },
      };
    },
  };
}

/** From the assignment on. */
export function updateOf(heard: readonly Heard[]): readonly Heard[] {
  return heard.slice(heard.findIndex(({ topic }) => topic.channel === 'desired'));
}

export function countsOf(heard: readonly Heard[]): Counts {
  const counts = { messagesUp: 0, messagesDown: 0, bytesUp: 0, bytesDown: 0 };
  for (const { topic, text, payload } of heard) {
    const isUp = topic.direction === 'up';
    counts[isUp ? 'messagesUp' : 'messagesDown'] += 1;
    counts[isUp ? 'bytesUp' : 'bytesDown'] += publishBytes(text, payload.length);
  }
  return counts;
}

const ANSWERS = { req: 'blk', site: 'site', tel: 'ack' } as const;

/** What the agent said, with the size of each answer: the first one on its channel that comes after it. */
export function scriptOf(heard: readonly Heard[]): Script {
  const start = heard.findIndex(({ topic }) => topic.channel === 'desired');
  const used = new Set<number>();
  const said = heard.flatMap(({ topic, payload, retain }, i): { said: Said; i: number }[] => {
    if (topic.direction !== 'up') return [];
    const wanted = topic.channel in ANSWERS ? ANSWERS[topic.channel as keyof typeof ANSWERS] : undefined;
    const at = heard.findIndex(
      (one, j) => j > i && !used.has(j) && one.topic.direction === 'dn' && one.topic.channel === wanted,
    );
    if (at >= 0) used.add(at);
    const answerBytes = heard[at]?.payload.length ?? 0;
    const text = Buffer.from(payload).toString('base64');
    return [{ said: { channel: topic.channel, payload: text, retain, answerBytes }, i }];
  });
  return {
    connect: said.filter(({ i }) => i < start).map((one) => one.said),
    update: said.filter(({ i }) => i > start).map((one) => one.said),
    desiredBytes: heard[start]?.payload.length ?? 0,
  };
}
