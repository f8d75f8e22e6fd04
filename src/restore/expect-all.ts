import { isWishToStop, KnownError } from '../errors.js';

export type Check = () => Promise<unknown>;

/**
 * Makes all checks, one after another, and gives everything that stands in the way: whoever mends the first thing should not
 * have to come back for the second. A wish to stop, and what is a bug of ours, ends it.
 */
export async function problemsOf(checks: readonly Check[]): Promise<readonly KnownError[]> {
  const problems: KnownError[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof KnownError) || isWishToStop(error)) throw error;
      problems.push(error);
    }
  }
  return problems;
}

/** Rejects with all of them at once, each with its cure, which is told once where it is the same; a single one in its own words. What was found twice is told once. */
export function refuseFor(found: readonly KnownError[]): void {
  const problems = found.filter(
    ({ message }, index) => found.findIndex((each) => each.message === message) === index,
  );
  const [only, ...others] = problems;
  if (!only) return;
  if (others.length === 0) throw only;
  const isOneCure = others.every(({ hint }) => hint === only.hint);
  const lines = problems.map(
    ({ message, hint }, index) =>
      `${index + 1}. ${message}${hint === undefined || isOneCure ? '' : ` (${hint})`}`,
  );
  throw new KnownError(
    'refused',
    `${problems.length} things stand in the way of the restore:\n${lines.join('\n')}`,
    {
      cause: only,
      changed: 'Nothing was changed.',
      ...(isOneCure && only.hint !== undefined && { hint: only.hint }),
    },
  );
}

/** Rejects with everything that the checks found. */
export async function expectAll(checks: readonly Check[]): Promise<void> {
  refuseFor(await problemsOf(checks));
}
