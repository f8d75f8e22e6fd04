import { describe, expect, it } from 'vitest';
import { expectedColumns } from '../../../src/model/expected-columns.js';
import { parseServerVersion } from '../../../src/model/server-version.js';
import type { TableSchema } from '../../../src/model/table-schema.js';
import { recordedRows, recordedSchema } from './recorded-schema.js';

const on = (version: string) => parseServerVersion('Scylla', version);
const names = (schema: TableSchema, version: string) =>
  expectedColumns(schema, on(version)).map(({ name }) => name);

/** What the real server answered for the base table. */
const real = (recording: string, table: string) =>
  recordedRows(recording)
    .filter((row) => row['table_name'] === table)
    .map((row) => ({
      name: row['column_name'],
      type: row['type'],
      kind: row['kind'],
      position: row['position'],
    }));

describe('The columns of a table that CreateTable makes', () => {
  it.each([
    ['102-describe-hash-only-now', '103-schema-columns-plain', 'hashonly'],
    ['134-describe-gsi-and-lsi-now', '109-schema-columns-gsi-lsi', 'orders'],
    ['151-describe-tablets-gsi-now', '133-schema-columns-tablets', 'tablets_g'],
  ])('are those that a real 2025.1 has for %s, in its order', (description, columns, table) => {
    const expected = real(columns, table);
    expect(expected.length).toBeGreaterThan(1);
    expect(expectedColumns(recordedSchema(description), on('2025.1-0.local'))).toEqual(expected);
  });

  it.each([
    ['6.2.9', [':attrs', 'customer', 'pk', 'sk', 'status']],
    ['2025.1.0', [':attrs', 'pk', 'sk', 'status']],
    ['2025.3.9', [':attrs', 'pk', 'sk', 'status']],
    ['2025.4.0', [':attrs', 'pk', 'sk']],
    ['no version', [':attrs', 'pk', 'sk']],
  ])('are on %s: %j [gsi-keys-are-columns] [lsi-keys-are-columns]', (version, expected) => {
    expect(names(recordedSchema('134-describe-gsi-and-lsi-now'), version)).toEqual(expected);
  });

  it('have the types of their keys: text, decimal, blob', () => {
    expect(expectedColumns(recordedSchema('132-describe-lsi-now'), on('2025.1.0'))).toEqual([
      { name: ':attrs', type: 'map<text, blob>', kind: 'regular', position: -1 },
      { name: 'pk', type: 'text', kind: 'partition_key', position: 0 },
      { name: 's2', type: 'text', kind: 'regular', position: -1 },
      { name: 's3', type: 'blob', kind: 'regular', position: -1 },
      { name: 'sk', type: 'decimal', kind: 'clustering', position: 0 },
    ]);
  });

  it('hold a key of two indexes once, and names of any kind in the order of their bytes', () => {
    const odd = recordedSchema('130-describe-gsi-odd-names-now');
    const [index] = odd.describe.GlobalSecondaryIndexes ?? [];
    const schema: TableSchema = {
      ...odd,
      describe: { ...odd.describe, GlobalSecondaryIndexes: [index!, { ...index!, IndexName: 'other' }] },
    };
    expect(names(schema, '6.2.0')).toEqual([':attrs', 'a b"c', 'pk', 'čp']);
  });

  it('cannot be told of a schema that does not say the type of a key', () => {
    const schema = recordedSchema('108-describe-hash-range-S-now');
    const untyped = { ...schema, describe: { ...schema.describe, AttributeDefinitions: [] } };
    expect(() => expectedColumns(untyped, on('2025.1.0'))).toThrow(
      expect.objectContaining({
        kind: 'damaged',
        message: "The saved schema has no type for the key 'pk'",
      }),
    );
  });
});
