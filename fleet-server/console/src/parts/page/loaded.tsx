import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { ProblemView } from './problem-view.tsx';

export interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** What was asked: its place while it comes, its refusal, or itself. What is there stays when a later look fails. */
export function Loaded<T>({
  asked: { data, error, refetch },
  heightPx = 160,
  children,
}: {
  asked: Asked<T>;
  heightPx?: number;
  children: (data: T) => ReactNode;
}) {
  const isRefused = error !== null && error !== undefined;
  if (data === undefined) {
    return isRefused ? <ProblemView problem={error} again={refetch} /> : <Skeleton height={heightPx} aria-hidden />;
  }
  return (
    <>
      {isRefused && <ProblemView problem={error} again={refetch} />}
      {children(data)}
    </>
  );
}
