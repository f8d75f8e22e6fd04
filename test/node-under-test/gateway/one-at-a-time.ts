/** Runs work of the same name one after another, work of different names side by side. */
export interface OneAtATime {
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function oneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>();
  return {
    run(name, work) {
      const before = last.get(name) ?? Promise.resolve();
      const mine = before.then(work, work); // whether the one before failed is for its own caller to hear
      last.set(name, mine);
      const forget = (): void => {
        if (last.get(name) === mine) last.delete(name);
      };
      mine.then(forget, forget);
      return mine;
    },
  };
}
