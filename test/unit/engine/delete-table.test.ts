import { describe, expect, it } from 'vitest';
import { deleteTable } from '../../../src/engine/scylla/delete-table.js';
import { KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { fastClock } from '../../support/workbench.js';

const users = parseTableName('users');

/** A server that answers the removal so, and describes the table so many times after it. */
function deletion(failure: Error | undefined, described: number) {
  let left = described;
  const { signal } = new AbortController();
  return deleteTable(users, {
    api: {
      deleteTable: () => (failure ? Promise.reject(failure) : Promise.resolve()),
      describeTable: async () => ((left -= 1) >= 0 ? {} : undefined),
    },
    clock: fastClock,
    signal,
  });
}

const answered = (status: number) =>
  new KnownError('unavailable', `answers with status ${status}`, {
    cause: { $metadata: { httpStatusCode: status } },
  });

describe('Deleting a table', () => {
  it('waits until it is gone, also without an answer', async () => {
    await deletion(undefined, 3);
    await deletion(new KnownError('unavailable', 'no answer in time'), 100);
    await deletion(answered(504), 100);
  });

  it('does not wait for minutes after an error of the server itself, nor at all when it refuses', async () => {
    await deletion(answered(500), 5);
    await expect(deletion(answered(500), 100)).rejects.toThrow(
      "Table 'users' is not gone (answers with status 500) within 15 s",
    );
    await expect(deletion(new KnownError('database', 'no'), 0)).rejects.toThrow('no');
  });
});
