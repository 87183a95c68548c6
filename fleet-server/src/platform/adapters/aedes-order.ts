/** Runs a task when those given before it under the same key are over, however they ended. */
export type InOrder = (key: string, task: () => Promise<void>) => Promise<void>;

export function createOrder(): InOrder {
  const last = new Map<string, Promise<void>>();
  return (key, task) => {
    const before = last.get(key);
    const mine = before === undefined ? task() : before.then(task, task);
    last.set(key, mine);
    const over = () => {
      if (last.get(key) === mine) last.delete(key);
    };
    mine.then(over, over);
    return mine;
  };
}
