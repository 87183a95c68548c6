import { describe, expect, it } from 'vitest';
import { type Answer, planSearch, plannedMembers, type Round } from './plan.ts';

/** Runs a plan against a table of losses; undefined fails. */
function play(algorithms: string[], rungs: number, lossOf: (member: number, rung: number) => number | undefined) {
  const rounds: Round[] = [];
  const plan = planSearch(algorithms, [...algorithms.keys()], rungs, 3);
  let step = plan.next();
  while (!step.done) {
    const { rung, members } = step.value;
    rounds.push(step.value);
    const answer: Answer = members.map((member) => lossOf(member, rung));
    step = plan.next(answer);
  }
  return { rounds: rounds.map(({ members }) => members), ...step.value };
}

describe('the plan of a search', () => {
  it('with one rung asks for every configuration once and takes the least loss, the earlier one of two', () => {
    const losses = [0.3, 0.2, 0.2, 0.4];
    const { rounds, chosen, finalists } = play(['a', 'a', 'b', 'b'], 1, (member) => losses[member]);
    expect(rounds).toEqual([[0, 1, 2, 3]]);
    expect({ chosen, finalists }).toEqual({ chosen: 1, finalists: [1, 2] });
  });

  it('keeps the best third of each algorithm from rung to rung, and one of the worst algorithm to the end', () => {
    const algorithms = [...Array<string>(9).fill('good'), ...Array<string>(3).fill('bad')];
    // The later the better on the first rung; on the second the order turns round.
    const { rounds, chosen, finalists } = play(algorithms, 3, (member, rung) =>
      rung === 0 ? 1 - member / 100 : member < 9 ? member : 100 + member,
    );
    expect(rounds).toEqual([[...algorithms.keys()], [6, 7, 8, 11], [6, 11]]);
    expect({ chosen, finalists }).toEqual({ chosen: 6, finalists: [6, 11] });
    expect(plannedMembers(algorithms, 3, 3)).toEqual(rounds.map(({ length }) => length));
  });

  it('goes on without what failed, and chooses nothing when all did', () => {
    const without = play(['a', 'b', 'c'], 2, (member) => (member === 1 ? undefined : member));
    expect(without).toMatchObject({
      rounds: [
        [0, 1, 2],
        [0, 2],
      ],
      chosen: 0,
      finalists: [0, 2],
    });
    expect(play(['a', 'b'], 2, () => undefined)).toMatchObject({ chosen: undefined, finalists: [] });
  });
});
