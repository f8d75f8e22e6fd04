/** A number of things that may be held at once, shared by several workers. */
export interface Permits {
  /** Resolves when one is free, first come first served. */
  take(): Promise<void>;
  /** Takes one if it is free now. */
  tryTake(): boolean;
  give(): void;
}

export function permits(most: number): Permits {
  let free = most;
  const waiting: (() => void)[] = [];
  return {
    take() {
      if (free > 0) {
        free -= 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    tryTake() {
      if (free === 0) return false;
      free -= 1;
      return true;
    },
    give() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}
