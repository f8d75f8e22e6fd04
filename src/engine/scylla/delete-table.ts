import { KnownError } from '../../errors.js';
import type { TableName } from '../../model/table-name.js';
import { waitUntil, type Clock } from '../../system/wait.js';
import type { Api } from './api.js';
import { untilAnswered } from './until-answered.js';

/** For a table that is going: all nodes must agree. */
const GOING_MS = 120_000;
/** For one whose removal was answered with an error of the server's own: it has given up, or is about to. */
const GIVEN_UP_MS = 15_000;

export interface DeletionTools {
  readonly api: Pick<Api, 'deleteTable' | 'describeTable'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the table is gone. Without an answer it may be going all the same: whether it goes is what counts. Rejects with
 * `unavailable` where it does not, and with the server's words where it refuses.
 */
export async function deleteTable(table: TableName, { api, clock, signal }: DeletionTools): Promise<void> {
  const unanswered = await api.deleteTable(table).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof KnownError && error.kind === 'unavailable') return error;
      throw error;
    },
  );
  const deadlineMs = unanswered && isServersOwn(unanswered) ? GIVEN_UP_MS : GOING_MS;
  await waitUntil(
    () =>
      untilAnswered(async () =>
        (await api.describeTable(table)) === undefined ? undefined : 'it is still described',
      ),
    {
      problem: `Table '${table}' is not gone${unanswered ? ` (${unanswered.message})` : ''}`,
      patience: { deadlineMs, firstMs: 50, mostMs: 1_000 },
      clock,
      signal,
    },
  );
}

/** 502 to 504 are of something in between, which knows as little as we do. */
function isServersOwn({ cause }: KnownError): boolean {
  const { $metadata } = (cause ?? {}) as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return $metadata?.httpStatusCode === 500;
}
