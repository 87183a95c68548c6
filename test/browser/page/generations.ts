import { encodeGeneration, readGenerations, utf8 } from '@plumbline/shared/trust';
import { TRUST_GENERATIONS } from '../../../agent/src/store/keys.ts';
import { get, put } from './database.ts';

/** Writes a state as one generation, strictly durable, to the place that its number says. */
export async function writeGeneration(n: number, state: string): Promise<void> {
  await put(placeOf(n), encodeGeneration(n, utf8(state)));
}

/** What a write of generation `n` leaves behind when the power goes after so many bytes. */
export async function tearGeneration(n: number, state: string, bytesWritten: number): Promise<void> {
  await put(placeOf(n), encodeGeneration(n, utf8(state)).slice(0, bytesWritten));
}

/** The newest generation that is whole. */
export async function newestGeneration(): Promise<{ n: number; state: string } | undefined> {
  const [a, b] = await Promise.all(TRUST_GENERATIONS.map(get));
  const newest = readGenerations(bytesOf(a), bytesOf(b));
  return newest && { n: newest.n, state: new TextDecoder().decode(newest.state) };
}

function placeOf(n: number): string {
  return TRUST_GENERATIONS[n % 2 === 0 ? 0 : 1];
}

function bytesOf(stored: unknown): Uint8Array | undefined {
  return stored instanceof Uint8Array ? stored : undefined;
}
