/** What a message is for: essential ones (reports, what people wrote, trust metadata) pass quiet hours and an empty budget. */
export type LinkPurpose = 'essential' | 'telemetry' | 'install';

export type Admission =
  | { ok: true }
  | { ok: false; until: number; reason: 'link_budget' | 'outside_window'; detail: string };

/** The bytes of this device's link: counted per calendar month (UTC), capped per second, silent in quiet hours. */
export interface LinkBudget {
  /** May so many bytes travel now? `until`: when to ask again, ms. */
  admit(sizeBytes: number, purpose: LinkPurpose): Admission;
  /** Bytes that travelled; durable with the next group commit. */
  count(sizeBytes: number, direction: 'up' | 'down', purpose: LinkPurpose): void;
  /** How long so many bytes have to wait to stay below the cap, ms. */
  delayMs(sizeBytes: number): number;
  spent(): { monthFrom: number; upBytes: number; downBytes: number; limitBytes?: number };
}
