import { describe, expect, it } from 'vitest';
import { explainCqlError } from '../../../src/engine/scylla/cql-error.js';
import { truncateTable } from '../../../src/engine/scylla/truncate-table.js';
import { KnownError } from '../../../src/errors.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { fastClock } from '../../support/workbench.js';

const table = { keyspace: 'alternator_a.b', name: parseTableName('a.b') };

/** A server that says no so many times, of this kind. */
function saying(times: number, kind: 'database' | 'unavailable') {
  const statements: string[] = [];
  const rows = async (statement: string) => {
    statements.push(statement);
    if (statements.length <= times) throw new KnownError(kind, 'Truncate failed on replica');
    return [];
  };
  return { statements, cql: { rows } };
}

describe('Emptying a table', () => {
  it('is asked again of a replica that says no for a moment, by a quoted name', async () => {
    const { statements, cql } = saying(2, 'database');
    await truncateTable(table, { cql, clock: fastClock });
    expect(statements).toEqual(Array(3).fill('TRUNCATE "alternator_a.b"."a.b"'));
  });

  it('fails when it goes on saying no, and at once when it does not answer', async () => {
    const refusing = saying(9, 'database');
    await expect(truncateTable(table, { cql: refusing.cql, clock: fastClock })).rejects.toThrow(
      'Truncate failed',
    );
    expect(refusing.statements).toHaveLength(4);
    const silent = saying(9, 'unavailable');
    await expect(truncateTable(table, { cql: silent.cql, clock: fastClock })).rejects.toThrow();
    expect(silent.statements).toHaveLength(1);
  });

  it('fails as unanswered when one of its tries may be under way, whatever was said to the others', async () => {
    const timedOut = explainCqlError(
      Object.assign(new Error('Truncate timed out'), { code: 0x1003 }),
      'node',
      'TRUNCATE',
    );
    const refused = new KnownError('database', 'No such table');
    const said = [timedOut, refused, refused, refused];
    let tries = 0;
    const rows = () => Promise.reject(said[tries++] ?? new Error('asked too often'));
    await expect(truncateTable(table, { cql: { rows }, clock: fastClock })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('Truncate timed out') as string,
    });
    expect(tries).toBe(4);
  });
});
