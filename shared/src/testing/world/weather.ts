/** The state of the network between a device and its server; a simulation changes it as it goes. */
export interface Weather {
  latencyMs: number;
  jitterMs: number;
  /** Undefined: as fast as it is asked to be. */
  bitsPerSecond: number | undefined;
  /** Nothing passes; what is under way waits, as TCP would try it again, until the connection is given up. */
  isPartitioned: boolean;
  /** Shares of messages that are lost, doubled, overtaken or damaged between broker and either end. */
  drop: number;
  duplicate: number;
  reorder: number;
  corrupt: number;
}

export const CALM: Readonly<Weather> = {
  latencyMs: 20,
  jitterMs: 30,
  bitsPerSecond: undefined,
  isPartitioned: false,
  drop: 0,
  duplicate: 0,
  reorder: 0,
  corrupt: 0,
};

export function createWeather(): Weather {
  return { ...CALM };
}
