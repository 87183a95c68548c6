import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SPECIFICATION_LIMITS } from '../../fleet-server/src/entry/mqtt/guard/index.ts';
import { openMqttBroker } from './mqtt/broker.ts';
import { DIFFERENCES } from './mqtt/differences.ts';
import { play } from './mqtt/play.ts';
import { readSequences } from './mqtt/sequences.ts';

export interface Conformance {
  /** Sequences that went as recorded, and those that did not: both the known differences and the others. */
  passed: number;
  failed: number;
  /** One for each that did not, with the reason where it is known. */
  lines: string[];
  /** Lines of those without a known reason, and names of known differences that are none any more. */
  unexplained: string[];
  outdated: string[];
}

/** Folder of the sequences: `PLUMBLINE_SHARED`, by default beside the repository. */
export function sequencesFolder(): string {
  const shared = process.env['PLUMBLINE_SHARED'] ?? join(import.meta.dirname, '../../../shared');
  return join(shared, 'vectors/mqtt-sequences');
}

/**
 * Plays the recorded sequences of MQTT 3.1 and 3.1.1 against guard and aedes together, over real sockets.
 * @param args `vectors`: the folder with the sequences, or one that holds it as `mqtt-sequences`.
 */
export async function run(args: { vectors?: string } = {}): Promise<Conformance> {
  const given = args.vectors ?? sequencesFolder();
  const inside = join(given, 'mqtt-sequences');
  const sequences = await readSequences(existsSync(inside) ? inside : given);
  const broker = await openMqttBroker(SPECIFICATION_LIMITS);
  const result: Conformance = { passed: 0, failed: 0, lines: [], unexplained: [], outdated: [] };
  try {
    for (const [index, sequence] of sequences.entries()) {
      const difference = await play(sequence, broker.ports().tcp, `sequence${index}`);
      const reason = DIFFERENCES[sequence.name];
      if (difference === undefined) {
        result.passed += 1;
        if (reason !== undefined) result.outdated.push(sequence.name);
        continue;
      }
      result.failed += 1;
      const line = `${sequence.name}: ${difference}; ${reason ?? 'not explained'}`;
      result.lines.push(line);
      if (reason === undefined) result.unexplained.push(line);
    }
  } finally {
    await broker.close();
  }
  return result;
}
