import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { AttributeDefinition, KeySchemaElement, LocalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { treeHash } from '../support/tree-hash.js';
import { forgeBackup } from './harness/forged-backup.js';
import { orders } from './harness/items.js';
import { withNode } from './harness/with-node.js';

interface Described {
  KeySchema: KeySchemaElement[];
  AttributeDefinitions: AttributeDefinition[];
  LocalSecondaryIndexes?: LocalSecondaryIndex[];
}

/** Members of the backup's `alternator_schema.json`, changed as if the table had been another one. */
type Lie = (described: Described) => void;

const typeOf =
  (attribute: string, type: 'S' | 'N' | 'B'): Lie =>
  ({ AttributeDefinitions }) => {
    for (const each of AttributeDefinitions) if (each.AttributeName === attribute) each.AttributeType = type;
  };

const nameOf =
  (attribute: string, name: string): Lie =>
  ({ KeySchema, AttributeDefinitions }) => {
    for (const each of [...KeySchema, ...AttributeDefinitions])
      if (each.AttributeName === attribute) each.AttributeName = name;
  };

const hashOnly: Lie = (described) => {
  described.KeySchema = described.KeySchema.slice(0, 1);
  described.AttributeDefinitions = described.AttributeDefinitions.filter(
    ({ AttributeName }) => AttributeName === 'pk',
  );
};

const newLocalIndex: Lie = (described) => {
  described.AttributeDefinitions.push({ AttributeName: 'status', AttributeType: 'S' });
  described.LocalSecondaryIndexes = [
    {
      IndexName: 'by-status',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'status', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ];
};

/** Columns as the manifest tells them. */
type Columns = Parameters<NonNullable<Parameters<typeof forgeBackup>[3]>>[0]['table']['columns'];

/** A server would load each of these with exit status 0 and lose or garble rows (SCYLLA.md 8, behaviour.md E004 to E021). */
describe('A backup whose schema would silently lose rows is refused before anything changes', () => {
  const bench = withNode();
  const TABLE = 'losses';
  let before: ReadonlyMap<string, string>;
  beforeAll(async () => {
    await bench.reader.createTable({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
      ],
    });
    await bench.reader.put(TABLE, orders(60));
    before = await bench.reader.contents(TABLE);
    await bench.tool.expect(0, ['backup', TABLE]);
  });
  afterAll(() => bench.reader.deleteTable(TABLE));

  /** Restores the backup with the lie in it; gives the line that says why not. */
  async function refusal(
    lie: Lie,
    columns: (columns: Columns) => Columns = (same) => same,
  ): Promise<string | undefined> {
    const { addresses } = bench.node;
    const tellTheTruth = forgeBackup(
      join(bench.tool.backups, TABLE),
      'alternator_schema.json',
      (text) => {
        const file = JSON.parse(text) as { tables: [{ describe: Described }] };
        lie(file.tables[0].describe);
        return JSON.stringify(file);
      },
      (manifest) => ({ ...manifest, table: { ...manifest.table, columns: columns(manifest.table.columns) } }),
    );
    // So that nothing in the directory changes by itself.
    const [nodetool = '', ...args] = addresses.nodetool;
    execFileSync(nodetool, [...args, 'flush', `alternator_${TABLE}`]);
    const files = () => treeHash(join(addresses.dataDirectory, `alternator_${TABLE}`));
    const [filesBefore, id] = [await files(), (await bench.reader.describe(TABLE)).TableId];

    const { stderr } = await bench.tool.expect(5, ['restore', TABLE, '--yes']).finally(tellTheTruth);
    expect(await files()).toBe(filesBefore);
    expect((await bench.reader.describe(TABLE)).TableId).toBe(id);
    expect(await bench.reader.contents(TABLE)).toEqual(before);
    expect(stderr).toContain('State: The table was not touched.');
    return /ERROR - The files of 'losses' do not fit: (.*)/.exec(stderr)?.[1];
  }

  it.each<[string, Lie, string]>([
    [
      'a sort key of another type (garbage)',
      typeOf('sk', 'S'),
      'The clustering key is sk decimal in the backup, sk text in the new table.',
    ],
    [
      'a partition key of another type (a table that cannot be read)',
      typeOf('pk', 'B'),
      'The partition key is pk text in the backup, pk blob in the new table.',
    ],
    [
      'a hash key only (every row lost)',
      hashOnly,
      'The clustering key is sk decimal in the backup, none in the new table.',
    ],
    [
      'a renamed partition key (loaded under the new name)',
      nameOf('pk', 'id'),
      'The partition key is pk text in the backup, id text in the new table.',
    ],
    [
      'a renamed sort key (loaded under the new name)',
      nameOf('sk', 'number'),
      'The clustering key is sk decimal in the backup, number decimal in the new table.',
    ],
    [
      'a local index that the files know nothing of (it would stay empty)',
      newLocalIndex,
      'The column status is missing in the backup, text in the new table: an index on it would stay empty.',
    ],
  ])('%s', async (_, lie, sentence) => {
    expect(await refusal(lie)).toBe(sentence);
  });

  const column = (name: string, change: object) => (columns: Columns) =>
    columns.map((each) => (each.name === name ? { ...each, ...change } : each));

  // Only the SSTables know it then.
  it.each<[string, Lie, (columns: Columns) => Columns, RegExp]>([
    [
      'a sort key of another type',
      typeOf('sk', 'S'),
      column('sk', { type: 'text' }),
      /^The clustering key is decimal in the SSTables, sk text in the saved columns \(nb-\S+\)\.$/,
    ],
    [
      'a partition key of another type',
      typeOf('pk', 'B'),
      column('pk', { type: 'blob' }),
      /^The partition key is text in the SSTables, pk blob in the saved columns \(nb-\S+\)\.$/,
    ],
    [
      'a hash key only',
      hashOnly,
      (columns) => columns.filter(({ name }) => name !== 'sk'),
      /^The clustering key is decimal in the SSTables, none in the saved columns \(nb-\S+\)\.$/,
    ],
  ])('%s, also when the saved columns tell the same', async (_, lie, columns, sentence) => {
    expect(await refusal(lie, columns)).toMatch(sentence);
  });

  it('while the same backup told rightly is taken', async () => {
    forgeBackup(join(bench.tool.backups, TABLE), 'alternator_schema.json', (text) => `${text}\n`);
    await bench.tool.expect(0, ['restore', TABLE, '--yes']);
    expect(await bench.reader.contents(TABLE)).toEqual(before);
  });
});
