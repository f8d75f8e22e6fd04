import { describe, expect, it } from 'vitest';
import { schemaFilesOf } from '../../../src/backup/schema-files.js';
import { keyspaceOf, parseTableName } from '../../../src/model/table-name.js';
import type { DescribedStatement, TableRecord } from '../../../src/model/table-record.js';
import { columnsOf, describedAs, simpleTable } from '../../support/memory-schema.js';

const name = parseTableName('users');
const { input } = simpleTable(name);
const record = (...statements: readonly DescribedStatement[]): TableRecord => ({
  name,
  keyspace: keyspaceOf(name),
  id: '3c81fb00-e5c7-11f1-aab3-5f7f350319c0',
  schema: describedAs(input, 'x'),
  replication: {},
  keyspaceStatement: `CREATE KEYSPACE alternator_users WITH replication = {'class': 'X'};`,
  statements,
  columns: columnsOf(input),
  tablets: undefined,
  grants: undefined,
});
const TABLE = 'CREATE TABLE alternator_users.users (pk text PRIMARY KEY)';
const LOG =
  "ALTER TABLE alternator_users.users_scylla_cdc_log WITH gc_grace_seconds = 7\n    AND comment = '';\n";
const INDEX = 'CREATE INDEX mine ON alternator_users.users (pk);';
const VIEW =
  'CREATE MATERIALIZED VIEW alternator_users.v AS SELECT * FROM alternator_users.users WHERE pk IS NOT NULL PRIMARY KEY (pk);';

describe('Every row of DESC is in a file', () => {
  it('the stream log’s too, behind its table', () => {
    const files = schemaFilesOf(
      record(
        { type: 'table', name: 'users', statement: `${TABLE};\n` },
        { type: 'table', name: 'users_scylla_cdc_log', statement: LOG },
      ),
    );
    expect(files.table).toBe(`${TABLE};\n\n${LOG}`);
  });

  it('also where the description is no CQL: index, stream log and views as they are', () => {
    const broken = `${TABLE} WITH scylla_tags = {'system:ttl_attribute': 'o'clock'};`;
    const files = schemaFilesOf(
      record(
        { type: 'table', name: 'users', statement: broken },
        { type: 'index', name: 'mine', statement: INDEX },
        { type: 'view', name: 'v', statement: VIEW },
        { type: 'table', name: 'users_scylla_cdc_log', statement: LOG },
      ),
    );
    expect(files.broken).toBeDefined();
    expect(files.table).toBe(`${broken}\n\n${INDEX}\n\n${LOG}`);
    expect(files.views).toEqual([`${VIEW}\n`]);
  });
});
