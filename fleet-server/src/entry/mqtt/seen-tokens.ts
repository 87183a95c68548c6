export interface SeenTokens {
  /** False when this token was shown before, or the device shows too many at once. */
  take(device: string, jti: string, until: number): boolean;
  size(): number;
}

/** Connects of one device within the life of a token. Only a device that signs gets here, so its own number is the bound. */
const MAX_PER_DEVICE = 64;
const SWEEP_MS = 60_000;

/** Which connect tokens were used, each until it would have expired by itself. */
export function createSeenTokens(now: () => number): SeenTokens {
  const seen = new Map<string, Map<string, number>>();
  let sweptAt = now();
  let size = 0;

  const drop = (device: string, tokens: Map<string, number>) => {
    for (const [jti, until] of tokens) if (until < now() && tokens.delete(jti)) size -= 1;
    if (tokens.size === 0) seen.delete(device);
  };
  const sweep = () => {
    if (now() - sweptAt < SWEEP_MS) return;
    sweptAt = now();
    for (const [device, tokens] of seen) drop(device, tokens);
  };

  return {
    take(device, jti, until) {
      sweep();
      const tokens = seen.get(device) ?? new Map<string, number>();
      drop(device, tokens);
      if (tokens.has(jti) || tokens.size >= MAX_PER_DEVICE) return false;
      tokens.set(jti, until);
      seen.set(device, tokens);
      size += 1;
      return true;
    },
    size: () => size,
  };
}
