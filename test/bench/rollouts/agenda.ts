/** What happens when: by the first look that can see it, in the order in which it was written down. */
export interface Agenda {
  at(time: number, act: (lookAt: number) => void): void;
  /** Lets happen what a look at this time can see. @returns whether anything did */
  reach(lookAt: number): boolean;
}

export function createAgenda(lookMs: number): Agenda {
  const byLook = new Map<number, ((lookAt: number) => void)[]>();
  return {
    at(time, act) {
      const look = Math.ceil(time / lookMs) * lookMs;
      const acts = byLook.get(look);
      if (acts === undefined) byLook.set(look, [act]);
      else acts.push(act);
    },
    reach(lookAt) {
      const acts = byLook.get(lookAt) ?? [];
      for (const act of acts) act(lookAt);
      byLook.delete(lookAt);
      return acts.length > 0;
    },
  };
}
