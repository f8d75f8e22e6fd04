import { schemaOfTable } from '../model/schema-record.js';
import type { SafetyCopy } from './safety-copy.js';
import type { SavedSchema } from './saved-schema.js';

/** What a safety copy says of its table's schema: everything that the server said. */
export function savedOfCopy({ record }: SafetyCopy): SavedSchema {
  const texts = (wanted: (type: string, name: string) => boolean) =>
    record.statements.flatMap(({ type, name, statement }) => (wanted(type, name) ? [statement] : []));
  return {
    alternator: record.schema,
    cql: {
      layout: 'separated',
      keyspace: record.keyspaceStatement,
      // The row of a stream log is of type table, too; the server makes the log with its table.
      table: texts((type, name) => type === 'table' && name === record.name),
      indexes: texts((type) => type === 'index'),
      views: texts((type) => type.endsWith('view')).map((statement) => ({
        from: 'the safety copy',
        statement,
      })),
      leftOut: [],
    },
    record: schemaOfTable(record),
  };
}
