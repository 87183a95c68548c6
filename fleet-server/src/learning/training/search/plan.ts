/** One question of a search: the loss of each of these members at a rung, over all folds. */
export interface Round {
  rung: number;
  members: number[];
}

/** Mean loss of each member of the round, in its order; undefined for one that failed. */
export type Answer = (number | undefined)[];

export interface Outcome {
  /** Member with the least loss on all rows; ties go to the earlier one. Undefined when every one failed. */
  chosen: number | undefined;
  /** The best member of each algorithm that has one, in order of members. */
  finalists: number[];
}

/**
 * The search as a dialogue, so that the threads of a search and the single thread of a chance draw follow the same
 * rule: ask for losses, keep the best `1 / factor` of each algorithm, ask again one rung higher. With one rung it is
 * an exhaustive search. Every algorithm keeps a bracket of its own, so that all of them are shown on all rows.
 */
export function* planSearch(
  algorithms: readonly string[],
  members: readonly number[],
  rungs: number,
  factor: number,
): Generator<Round, Outcome, Answer> {
  let alive = [...members];
  for (let rung = 0; rung < rungs - 1; rung++) {
    const ranked = rank(alive, yield { rung, members: alive });
    const brackets = Map.groupBy(ranked, ({ member }) => algorithms[member]!);
    const kept = [...brackets.values()].flatMap((bracket) => bracket.slice(0, survivors(bracket.length, factor)));
    alive = kept.map(({ member }) => member).toSorted((a, b) => a - b);
  }
  const ranked = rank(alive, yield { rung: rungs - 1, members: alive });
  const best = [...Map.groupBy(ranked, ({ member }) => algorithms[member]!).values()].map(([first]) => first!.member);
  return { chosen: ranked[0]?.member, finalists: best.toSorted((a, b) => a - b) };
}

/** Fits that the plan asks for when none fails: of how many members, rung by rung. */
export function plannedMembers(algorithms: readonly string[], rungs: number, factor: number): number[] {
  let brackets = [...Map.groupBy(algorithms, (name) => name).values()].map(({ length }) => length);
  return Array.from({ length: rungs }, () => {
    const asked = brackets.reduce((sum, size) => sum + size, 0);
    brackets = brackets.map((size) => survivors(size, factor));
    return asked;
  });
}

function survivors(size: number, factor: number): number {
  return Math.ceil(size / factor);
}

/** Best first. Members ascend in every round, so a stable sort gives ties to the earlier one. */
function rank(members: readonly number[], losses: Answer): { member: number; loss: number }[] {
  return members
    .flatMap((member, index) => {
      const loss = losses[index];
      return loss === undefined ? [] : [{ member, loss }];
    })
    .toSorted((a, b) => a.loss - b.loss);
}
