import { parseTopic } from '../../wire/topics.ts';
import type { Chance } from './chance.ts';
import type { Weather } from './weather.ts';

/** What becomes of one message on its way through the broker. */
export interface Fate {
  what: 'drop' | 'duplicate' | 'reorder' | 'corrupt' | undefined;
  copies: { payload: Uint8Array; afterMs: number }[];
  /** The message belonged to the session: it cannot be lost alone. */
  breaksSession: boolean;
}

const MAX_DELAY_MS = 5000;
/** Their bytes are signed, or proved by a hash: any bit may flip. Rows and acknowledgements are TLS's to protect. */
const PROVED = new Set(['desired', 'blk']);
/** MQTT keeps messages of one topic and session in order; a birth that overtakes a later one is no network's doing. */
const ORDERED = new Set(['status']);
const OF_SESSION = new Set(['status', 'desired']);

export function disturb(topic: string, payload: Uint8Array, weather: Weather, chance: Chance): Fate {
  const channel = parseTopic(topic)?.channel ?? '';
  const whole = { payload, afterMs: 0 };
  if (chance.happens(weather.drop)) return { what: 'drop', copies: [], breaksSession: OF_SESSION.has(channel) };
  if (chance.happens(weather.corrupt)) {
    const damaged = damage(payload, PROVED.has(channel), chance);
    return { what: 'corrupt', copies: [{ payload: damaged, afterMs: 0 }], breaksSession: OF_SESSION.has(channel) };
  }
  if (chance.happens(weather.duplicate)) {
    const again = { payload, afterMs: ORDERED.has(channel) ? 0 : chance.integer(1, MAX_DELAY_MS) };
    return { what: 'duplicate', copies: [whole, again], breaksSession: false };
  }
  if (!ORDERED.has(channel) && chance.happens(weather.reorder)) {
    const late = { payload, afterMs: chance.integer(1, MAX_DELAY_MS) };
    return { what: 'reorder', copies: [late], breaksSession: false };
  }
  return { what: undefined, copies: [whole], breaksSession: false };
}

function damage(payload: Uint8Array, isProved: boolean, chance: Chance): Uint8Array {
  const how = chance.pick(isProved ? ['bit', 'cut', 'version'] : ['cut', 'version']);
  if (how === 'cut') return payload.slice(0, chance.integer(0, payload.length - 1));
  const damaged = payload.slice();
  const at = how === 'version' ? 0 : chance.integer(0, payload.length - 1);
  damaged[at] = (damaged[at] ?? 0) ^ (how === 'version' ? 0xff : 1 << chance.integer(0, 7));
  return damaged;
}
