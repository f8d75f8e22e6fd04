/** Work that a wish to stop must not tear apart. */
export interface Shield {
  /** Aborts with the outer signal, unless work is shielded at that moment. */
  readonly signal: AbortSignal;
  /** While this lasts, an abort of the outer signal is not passed on, nor afterwards: whoever goes on looks at the outer one. */
  shield<T>(work: () => Promise<T>): Promise<T>;
}

export function shieldFrom(outer: AbortSignal): Shield {
  const inner = new AbortController();
  let shielded = 0;
  const pass = () => {
    if (shielded === 0) inner.abort(outer.reason);
  };
  if (outer.aborted) pass();
  outer.addEventListener('abort', pass, { once: true });
  return {
    signal: inner.signal,
    async shield(work) {
      shielded += 1;
      try {
        return await work();
      } finally {
        shielded -= 1;
      }
    },
  };
}
