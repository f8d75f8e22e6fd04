import { quoteName } from '../../cql/quoting.js';
import { KnownError } from '../../errors.js';
import type { TableRecord } from '../../model/table-record.js';
import type { Clock } from '../../system/wait.js';
import type { Cql } from './cql.js';

const TRIES = 4;
const PAUSE_MS = 1_000;

/**
 * Removes every row. A replica that is still busy with the table's files may say no for a moment; to ask again changes nothing
 * else, for a table can be emptied twice.
 */
export async function truncateTable(
  { keyspace, name }: Pick<TableRecord, 'keyspace' | 'name'>,
  { cql, clock }: { readonly cql: Pick<Cql, 'rows'>; readonly clock: Clock },
): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    try {
      await cql.rows(`TRUNCATE ${quoteName(keyspace)}.${quoteName(name)}`);
      return;
    } catch (error) {
      const isRefused = error instanceof KnownError && error.kind === 'database';
      if (left === 1 || !isRefused) throw error;
      await clock.sleep(PAUSE_MS);
    }
  }
}
