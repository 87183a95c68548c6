import { publicEventTypes } from '@plumbline/shared/api';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

export interface Connection {
  isLive: boolean;
  /** Ms; since when nothing came, where something had come before. */
  lostAt?: number;
}

/** What an event makes old: first words of query keys, by the family of the event. */
const STALE: Record<string, readonly string[]> = {
  device: ['devices', 'sites', 'overview'],
  site: ['sites', 'devices', 'overview'],
  dataset: ['datasets'],
  model: ['models', 'overview'],
  run: ['runs'],
  batch: ['batch'],
  pipeline: ['pipelines'],
  retraining: ['retraining', 'drift'],
  rollout: ['rollouts', 'devices', 'overview'],
  fleet: ['overview', 'rollouts'],
  drift: ['drift', 'overview'],
  alert: ['alerts', 'overview'],
};
/** Ten thousand devices that connect at once are one look, not ten thousand. */
const GATHER_MS = 1000;
const BACK_AFTER_MS = 3000;

/** Follows the events of the server; the browser resumes after the last one by itself (`Last-Event-ID`). */
export function useLive(): Connection {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>({ isLive: false });
  useEffect(
    () =>
      follow(queries, (isLive) =>
        setConnection((before) => {
          if (isLive) return { isLive };
          const lostAt = before.isLive ? Date.now() : before.lostAt;
          return { isLive, ...(lostAt !== undefined && { lostAt }) };
        }),
      ),
    [queries],
  );
  return connection;
}

function follow(queries: QueryClient, told: (isLive: boolean) => void): () => void {
  const waiting = new Set<string>();
  let flush: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | undefined;
  const old = (family: string) => {
    for (const key of STALE[family] ?? []) waiting.add(key);
    flush ??= setTimeout(() => {
      flush = undefined;
      const keys = [...waiting];
      waiting.clear();
      for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
    }, GATHER_MS);
  };
  const open = () => {
    source = new EventSource(
      `/api/v1/events?types=${Object.keys(STALE)
        .map((family) => `${family}.*`)
        .join(',')}`,
    );
    source.addEventListener('open', () => {
      told(true);
      // Whatever happened while nobody listened.
      void queries.invalidateQueries();
    });
    source.addEventListener('error', () => {
      told(false);
      // The browser gives up on an answer that is no stream, such as one of a server that is starting.
      if (source?.readyState !== EventSource.CLOSED) return;
      again = setTimeout(open, BACK_AFTER_MS);
    });
    for (const type of publicEventTypes) source.addEventListener(type, () => old(type.split('.')[0] ?? ''));
    source.addEventListener('gone', () => void queries.invalidateQueries());
  };
  open();
  return () => {
    clearTimeout(flush);
    clearTimeout(again);
    source?.close();
  };
}
