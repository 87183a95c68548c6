import { createContext, useContext, type ReactNode } from 'react';
import { ApiProblem } from '../../../api/problem.ts';

const Refused = createContext<ApiProblem | undefined>(undefined);

/** What the server refused, for the fields below that it names. */
export function FieldProblems({ problem, children }: { problem: unknown; children: ReactNode }) {
  return <Refused value={problem instanceof ApiProblem ? problem : undefined}>{children}</Refused>;
}

/** What is wrong with the field of this path in the plan, such as `stages.0.size`, or within it. */
export function useFieldProblem(path: string): string | undefined {
  const problem = useContext(Refused);
  const field = problem?.field;
  if (problem === undefined || field === undefined) return undefined;
  if (field !== path && !field.startsWith(`${path}.`)) return undefined;
  // Under its field the sentence need not name it again.
  return problem.expected === undefined ? problem.message : problem.expected.replace(/^(expected )?/, 'expected ');
}
