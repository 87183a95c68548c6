import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { MapPinOff } from 'lucide-react';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemView } from '../parts/problem-view.tsx';

export function NotFound() {
  return (
    <EmptyState icon={MapPinOff} title="There is no such page">
      The address may be mistyped, or what it named has been removed.{' '}
      <Button component={Link} to="/" variant="light" size="compact-sm">
        To the overview
      </Button>
    </EmptyState>
  );
}

/** A page that failed to show; the rest of the console stays. */
export function RouteProblem({ error, reset }: { error: unknown; reset: () => void }) {
  return <ProblemView problem={error} again={reset} />;
}
