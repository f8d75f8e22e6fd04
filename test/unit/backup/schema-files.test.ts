import { describe, expect, it } from 'vitest';
import { schemaFilesOf } from '../../../src/backup/schema-files.js';
import { keyspaceOf, parseTableName } from '../../../src/model/table-name.js';
import type { DescribedStatement, TableRecord } from '../../../src/model/table-record.js';
import { columnsOf, describedAs, simpleTable } from '../../support/memory-schema.js';

function record(...statements: readonly (readonly [type: string, statement: string])[]): TableRecord {
  const name = parseTableName('users');
  const { input } = simpleTable(name);
  return {
    name,
    keyspace: keyspaceOf(name),
    id: '3c81fb00-e5c7-11f1-aab3-5f7f350319c0',
    schema: describedAs(input, 'x'),
    replication: {},
    keyspaceStatement: `CREATE KEYSPACE alternator_users WITH replication = {'class': 'X'};`,
    statements: statements.map(([type, statement]): DescribedStatement => ({ type, name, statement })),
    columns: columnsOf(input),
    tablets: undefined,
    grants: undefined,
  };
}

const TABLE = 'CREATE TABLE alternator_users.users (pk text PRIMARY KEY, ":attrs" map<text, blob>)';
const view = (name: string) =>
  `CREATE MATERIALIZED VIEW alternator_users."users:${name}" AS SELECT * FROM alternator_users.users WHERE pk IS NOT NULL PRIMARY KEY (pk)`;

describe('The documented files of a schema', () => {
  it('T-13 (B-81…84): CRLF, two views, the second without `;`: three files, each ending in `;\\n`, LF only', () => {
    const files = schemaFilesOf(
      record(
        ['table', `${TABLE}\r\n    WITH comment = '';\r\n`],
        ['view', `${view('a')};\r\n`],
        ['view', view('b')],
      ),
    );
    expect(files.views).toEqual([`${view('a')};\n`, `${view('b')};\n`]);
    for (const text of [files.table, ...files.views, files.keyspace]) {
      expect(text.endsWith(';\n')).toBe(true);
      expect(text.endsWith(';;\n')).toBe(false);
      expect(text).not.toContain('\r');
    }
  });

  it('T-14 (X-14): a comment with a CREATE in it, a quoted name with a quote, a commented-out stream log', () => {
    const table =
      'CREATE TABLE alternator_users.users (pk text PRIMARY KEY, "a""; b" text, ":attrs" map<text, blob>) ' +
      "WITH comment = 'a; CREATE MATERIALIZED VIEW x'";
    const files = schemaFilesOf(
      record(
        ['table', `${table};`],
        ['view', `${view('a')};`],
        [
          'table',
          "/* Do NOT execute this statement! It's only for informational purposes.\nCREATE TABLE alternator_users.users_scylla_cdc_log (x int PRIMARY KEY);\n*/",
        ],
      ),
    );
    expect(files.table).toBe(`${table};\n`);
    expect(files.views).toEqual([`${view('a')};\n`]);
  });

  it('T-16 (X-13, B-90): an index is kept behind its table', () => {
    const index = 'CREATE INDEX by_x ON alternator_users.users (":attrs");';
    expect(schemaFilesOf(record(['table', `${TABLE};`], ['index', index])).table).toBe(
      `${TABLE};\n\n${index}\n`.replace('\n\n', '\n\n'),
    );
  });

  it('T-17 (B-88, 122): an error instead of a description is the documented failure', () => {
    expect(() => schemaFilesOf(record(['table', "<stdin>:1:'users' not found in keyspace"]))).toThrow(
      '✗ Failed to extract table schema',
    );
  });

  it('T-18 (B-89, U-21): tags of the server stay in the file', () => {
    const tags = "scylla_tags = {'system:ttl_attribute':'exp'}";
    expect(schemaFilesOf(record(['table', `${TABLE} WITH comment = ''\n    AND ${tags};`])).table).toContain(
      tags,
    );
  });
});
