import type { AgentEvent } from '../../index.ts';
import type { PayloadSource } from '../door/site-view.ts';

export interface PayloadSources {
  take(event: AgentEvent): void;
  /** Undefined until a bundle came. */
  latest(): PayloadSource | undefined;
}

/** Where the last bundle came from, and why not from the gateway. @param before as the last life knew it */
export function createPayloadSources(before: PayloadSource | undefined): PayloadSources {
  let latest = before;
  return {
    take({ code, details: { from, because, detail } }) {
      if (code === 'copied_from_nearby') latest = { from: 'gateway', url: String(from) };
      if (code === 'not_nearby') latest = { from: 'server', because: String(because), detail: String(detail) };
    },
    latest: () => latest,
  };
}
