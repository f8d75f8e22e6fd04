/**
 * Gives results in the order in which their work was begun, while up to `most` pieces of work are under way. `begin` is
 * iterated only when there is room for another one, so that memory stays bounded. When the caller stops early, or one piece
 * fails, what is under way is waited for: nothing goes on behind anybody's back.
 */
export async function* inOrder<T>(
  begin: AsyncIterable<Begun<T>>,
  most: number,
): AsyncGenerator<T, void, undefined> {
  const under: Promise<T>[] = [];
  try {
    for await (const { result } of begin) {
      // Looked at in its turn; until then it must not count as unhandled.
      result.catch(() => undefined);
      under.push(result);
      const [next] = under;
      if (next === undefined || under.length < most) continue;
      void under.shift();
      yield await next;
    }
    for (let next = under.shift(); next !== undefined; next = under.shift()) yield await next;
  } finally {
    await Promise.allSettled(under);
  }
}

/** Wrapped: an async generator would wait for a bare promise. */
export interface Begun<T> {
  readonly result: Promise<T>;
}
