import { z } from 'zod';

const figure = z.object({ value: z.number().nullable(), low: z.number().optional(), high: z.number().optional() });

/** What is read of a bundle's `card.json`; a card by somebody else, or an older one, may lack all of it. */
const card = z.object({
  knownBefore: z.number().optional(),
  modelCard: z.object({
    data: z.object({ baseRate: z.number().min(0).max(1), to: z.number().nullable() }).nullable(),
    holdout: z.record(z.string(), figure).nullable(),
    crossValidated: z.record(z.string(), figure),
    baseline: z.record(z.string(), z.number()),
  }),
});

export interface CardFacts {
  trainedUntil?: number;
  baseRate?: number;
  /** Loss on rows the model had not seen, with its 95 % interval, beside that of always saying the base rate: less is better. */
  loss?: { name: string; value: number; low?: number; high?: number; baseline: number };
}

export function cardFactsOf(bytes: Uint8Array | undefined): CardFacts {
  const parsed = card.safeParse(jsonOf(bytes));
  if (!parsed.success) return {};
  const { data, holdout, crossValidated, baseline } = parsed.data.modelCard;
  const [name, ofBaseline] = Object.entries(baseline)[0] ?? [];
  const found = name === undefined ? undefined : (holdout?.[name] ?? crossValidated[name]);
  const trainedUntil = data?.to ?? parsed.data.knownBefore;
  return {
    ...(trainedUntil !== undefined && { trainedUntil }),
    ...(data && { baseRate: data.baseRate }),
    ...(name !== undefined &&
      ofBaseline !== undefined &&
      found?.value !== undefined &&
      found.value !== null && {
        loss: {
          name,
          value: found.value,
          baseline: ofBaseline,
          ...(found.low !== undefined && { low: found.low }),
          ...(found.high !== undefined && { high: found.high }),
        },
      }),
  };
}

function jsonOf(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
