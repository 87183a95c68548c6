import { z } from 'zod';
import { isLoopback } from '../link/secure-url.ts';
import { matchesFilter } from './topic-filter.ts';

const WILDCARD = /[#+\0]/;
const topic = z.string().min(1, 'expected a topic').max(1024);

/** The part of the configuration that names where records come from, besides the local API. */
export const sourceShape = {
  dropFolder: z.string().min(1, 'expected a folder').optional(),
  sourceMqtt: z.string().optional(),
  sourceTopic: topic.optional(),
  resultTopic: topic.optional(),
  sourceErrorTopic: topic.optional(),
  sourceCredentials: z.string().min(1, 'expected a file').optional(),
  sourceCa: z.string().min(1, 'expected a PEM file').optional(),
  sourceLine: z.string().min(1, 'expected the name of a model line').optional(),
  sourceReasons: z.coerce
    .number('expected 0–16')
    .int('expected 0–16')
    .min(0, 'expected 0–16')
    .max(16, 'expected 0–16')
    .default(0),
};

type SourceRaw = z.output<z.ZodObject<typeof sourceShape>>;

export interface MqttSourceSettings {
  url: string;
  /** Filter to subscribe to. */
  topic: string;
  resultTopic: string;
  errorTopic: string;
  credentialsFile: string | undefined;
  caFile: string | undefined;
}

export interface SourceSettings {
  dropFolder: string | undefined;
  mqttSource: MqttSourceSettings | undefined;
  /** What sources ask for. */
  sourceAsk: { line?: string; top: number } | undefined;
}

export function checkSources(raw: SourceRaw, refuse: (path: string, message: string) => void): void {
  const { sourceMqtt, sourceTopic, resultTopic, sourceErrorTopic } = raw;
  if (sourceMqtt === undefined) {
    for (const field of ['sourceTopic', 'resultTopic', 'sourceErrorTopic', 'sourceCredentials', 'sourceCa'] as const) {
      if (raw[field] !== undefined) refuse(field, 'only with a broker: --source-mqtt URL');
    }
    return;
  }
  if (!isBrokerUrl(sourceMqtt)) {
    refuse('sourceMqtt', 'expected mqtts://HOST[:PORT], or mqtt:// on loopback; user and password stand in a file');
  }
  if (sourceTopic === undefined) refuse('sourceTopic', 'a broker needs a topic to listen to: --source-topic T');
  else if (!isFilter(sourceTopic)) refuse('sourceTopic', 'expected an MQTT topic filter; # only at the end');
  if (resultTopic === undefined) refuse('resultTopic', 'a broker needs a topic for the answers: --result-topic R');
  for (const [field, name] of [
    ['resultTopic', resultTopic],
    ['sourceErrorTopic', sourceErrorTopic ?? (resultTopic && errorTopicOf(resultTopic))],
  ] as const) {
    if (name === undefined) continue;
    if (WILDCARD.test(name)) {
      refuse(field, 'expected a topic without wildcards');
      return;
    }
    // An answer that comes back as a question would never end.
    if (sourceTopic !== undefined && matchesFilter(sourceTopic, name)) {
      refuse(field, `${name} is heard under ${sourceTopic}: answers would be taken for records`);
    }
  }
}

/** Of settings that were checked. */
export function sourcesOf(raw: SourceRaw): SourceSettings {
  const { dropFolder, sourceMqtt, sourceTopic = '', resultTopic = '', sourceLine, sourceReasons } = raw;
  const isAny = dropFolder !== undefined || sourceMqtt !== undefined;
  return {
    dropFolder,
    mqttSource:
      sourceMqtt === undefined
        ? undefined
        : {
            url: sourceMqtt,
            topic: sourceTopic,
            resultTopic,
            errorTopic: raw.sourceErrorTopic ?? errorTopicOf(resultTopic),
            credentialsFile: raw.sourceCredentials,
            caFile: raw.sourceCa,
          },
    sourceAsk: isAny ? { top: sourceReasons, ...(sourceLine !== undefined && { line: sourceLine }) } : undefined,
  };
}

function errorTopicOf(resultTopic: string): string {
  return `${resultTopic}/errors`;
}

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (hostname === '' || username !== '' || password !== '') return false;
  return protocol === 'mqtts:' || (protocol === 'mqtt:' && isLoopback(hostname));
}

/** MQTT 3.1.1, 4.7.1: `#` alone in the last level, `+` alone in its level. */
function isFilter(text: string): boolean {
  const levels = text.split('/');
  return levels.every((level, i) => (level === '#' ? i === levels.length - 1 : level === '+' || !WILDCARD.test(level)));
}
