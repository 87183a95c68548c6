import { MapPinOff } from 'lucide-react';
import { EmptyState } from '../parts/page/empty-state.tsx';
import { ProblemView } from '../parts/page/problem-view.tsx';
import { PageButton } from '../parts/address/links.tsx';

export function NotFound() {
  return (
    <EmptyState icon={MapPinOff} title="There is no such page">
      The address may be mistyped, or what it named has been removed.{' '}
      <PageButton to="/" variant="light" size="compact-sm">
        To the overview
      </PageButton>
    </EmptyState>
  );
}

/** A page that failed to show; the rest of the console stays. */
export function RouteProblem({ error, reset }: { error: unknown; reset: () => void }) {
  return <ProblemView problem={error} again={reset} />;
}
