import { quoteName } from '../../cql/quoting.js';
import { kindOf } from '../../errors.js';
import type { TableRecord } from '../../model/table-record.js';
import type { Clock } from '../../system/wait.js';
import type { Cql } from './cql.js';
import { isAnswer } from './cql-error.js';

const TRIES = 4;
const PAUSE_MS = 1_000;

/**
 * Removes every row. A replica that is still busy with the table's files may say no for a moment; to ask again changes nothing
 * else, for a table can be emptied twice. Rejects with `database` only where every try was refused, so that none is under way.
 */
export async function truncateTable(
  { keyspace, name }: Pick<TableRecord, 'keyspace' | 'name'>,
  { cql, clock }: { readonly cql: Pick<Cql, 'rows'>; readonly clock: Clock },
): Promise<void> {
  let unsure: unknown;
  for (let left = TRIES; ; left -= 1) {
    try {
      await cql.rows(`TRUNCATE ${quoteName(keyspace)}.${quoteName(name)}`);
      return;
    } catch (error) {
      if (kindOf(error) !== 'database') unsure ??= error;
      if (left === 1 || !isAnswer(error)) throw unsure ?? error;
      await clock.sleep(PAUSE_MS);
    }
  }
}
