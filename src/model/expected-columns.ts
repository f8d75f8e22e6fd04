import { KnownError } from '../errors.js';
import type { ServerVersion } from './server-version.js';
import type { Column } from './table-record.js';
import type { IndexDescription, TableSchema } from './table-schema.js';
import { rule } from './version-rules.js';

/** Key attributes by DynamoDB's types (alternator/executor.cc, parse_key_type; seen in recorded cql 103, 109). */
const CQL_TYPES = { S: 'text', N: 'decimal', B: 'blob' } as const;

/** Everything that is in no real column. */
const ATTRIBUTES: Column = { name: ':attrs', type: 'map<text, blob>', kind: 'regular', position: -1 };

/**
 * The CQL columns that the base table of a schema has when CreateTable makes it on that server, in the order of
 * `system_schema.columns`: by the bytes of their names. Keys are real columns; those of indexes are on older releases only
 * (SCYLLA.md 1.4). A table that was made on an older release keeps the columns that it was made with: compare its saved
 * columns with these before its files are loaded.
 * Throws `damaged` for a schema that does not say the type of a key.
 */
export function expectedColumns({ describe }: TableSchema, server: ServerVersion): readonly Column[] {
  const types = new Map(
    describe.AttributeDefinitions.map((each) => [each.AttributeName, each.AttributeType]),
  );
  const column = (name: string, kind: string, position: number): Column => {
    const type = types.get(name);
    if (type === undefined)
      throw new KnownError('damaged', `The saved schema has no type for the key '${name}'`);
    return { name, type: CQL_TYPES[type], kind, position };
  };

  const keys = describe.KeySchema.map(({ AttributeName, KeyType }) =>
    column(AttributeName, KeyType === 'HASH' ? 'partition_key' : 'clustering', 0),
  );
  const ofIndexes = [
    ...(rule(server, 'gsi-keys-are-columns') ? keyNames(describe.GlobalSecondaryIndexes) : []),
    ...(rule(server, 'lsi-keys-are-columns') ? keyNames(describe.LocalSecondaryIndexes) : []),
  ];
  const others = [...new Set(ofIndexes)]
    .filter((name) => !keys.some((key) => key.name === name))
    .map((name) => column(name, 'regular', -1));
  return [...keys, ATTRIBUTES, ...others].sort((a, b) =>
    Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  );
}

const keyNames = (indexes: readonly IndexDescription[] | undefined): readonly string[] =>
  (indexes ?? []).flatMap(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName));
