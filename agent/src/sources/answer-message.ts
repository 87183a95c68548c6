import type { Agent } from '../agent.ts';
import { AgentError } from '../errors.ts';
import { answerErrorOf, answerRecords, type Answer, type AnswerError, type AskOptions } from './answer-records.ts';
import { askedOf, type Asked } from './input-record.ts';

/** The answer to a message, and whether anything in it could be answered. */
export interface MessageAnswer {
  isGood: boolean;
  said: { topic: string; results: Answer[] } | { topic: string; error: AnswerError };
}

export const MAX_MESSAGE_BYTES = 2 ** 20;
const MAX_RECORDS = 10_000;

/**
 * A message with a record, a list of records or `{records: […]}` as JSON → `{topic, results}`, a result a record in
 * their order; what is none of these → `{topic, error}`. Never rejects.
 */
export async function answerMessage(
  agent: Pick<Agent, 'predict'>,
  { topic, payload }: { topic: string; payload: Uint8Array },
  { asOf, ...ask }: AskOptions & { asOf: number },
): Promise<MessageAnswer> {
  try {
    const results = await answerRecords(agent, readMessage(payload, asOf), ask);
    return { isGood: results.some((one) => !('error' in one)), said: { topic, results } };
  } catch (error) {
    return { isGood: false, said: { topic, error: answerErrorOf(error) } };
  }
}

function readMessage(payload: Uint8Array, asOf: number): Asked[] {
  if (payload.length > MAX_MESSAGE_BYTES) {
    const what = { kind: 'too-large', field: 'message', expected: `≤ ${MAX_MESSAGE_BYTES} bytes` } as const;
    throw new AgentError('body_too_large', `message: ${payload.length} bytes`, what);
  }
  const records = recordsOf(jsonOf(payload));
  if (records.length === 0 || records.length > MAX_RECORDS) {
    throw new AgentError(records.length === 0 ? 'record_malformed' : 'too_many_records', `records: ${records.length}`, {
      field: 'records',
      expected: `1–${MAX_RECORDS} records`,
    });
  }
  return records.map((record, i) => askedOf(record, i + 1, asOf));
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    const expected = 'a record, a list of records or {"records": […]} as JSON in UTF-8';
    throw new AgentError('record_malformed', 'message: not JSON', { field: 'message', expected, cause });
  }
}

function recordsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null || !('records' in value)) return [value];
  if (Array.isArray(value.records)) return value.records;
  const expected = 'a list';
  throw new AgentError('record_malformed', 'records: not a list', { field: 'records', expected });
}
