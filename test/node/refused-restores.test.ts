import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AttributeDefinition,
  CreateTableCommandInput,
  KeySchemaElement,
  LocalSecondaryIndex,
  ScalarAttributeType,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flipByte } from '../process/harness/damage.js';
import { plantInArchive, type Damage } from '../process/harness/planted-archive.js';
import { treeHash } from '../support/tree-hash.js';
import { openCql } from './harness/cql.js';
import { forgeBackup } from './harness/forged-backup.js';
import { ordersTable } from './harness/items.js';
import type { Item } from './harness/reader.js';
import { withNode } from './harness/with-node.js';

interface Described {
  KeySchema: KeySchemaElement[];
  AttributeDefinitions: AttributeDefinition[];
  LocalSecondaryIndexes?: LocalSecondaryIndex[];
}
type Lie = (described: Described) => void;

/** One row of "Refresh: another schema" or "Refresh: damage" of behaviour.md that needs a table of its own. */
interface Row {
  readonly table: string;
  readonly keys: Partial<Record<'pk' | 'sk', ScalarAttributeType>>;
  readonly indexes?: true;
  readonly compression?: false;
  readonly partitions?: number;
  /** What the backup says of its table, though its files are others. */
  readonly lie?: Lie;
  /** What its files are, though gzip, digests and manifest are right. */
  readonly damage?: (directory: string) => Damage;
  /** A file of somebody else in `upload/`. */
  readonly foreign?: string;
  /** The backup says of itself that it needs more room than any disk has. */
  readonly huge?: true;
  readonly says: RegExp;
}

const typeOf =
  (attribute: string, type: ScalarAttributeType): Lie =>
  ({ AttributeDefinitions }) => {
    for (const each of AttributeDefinitions) if (each.AttributeName === attribute) each.AttributeType = type;
  };

const fits = (sentence: string) => new RegExp(`^The files of '\\S+' do not fit: ${sentence}`);
const DIGEST = /^The backup of '\S+' is damaged: \S+-Data\.db has CRC-32 \d+, but Digest\.crc32 says \d+$/;
const byteOfData = (): Damage => (files) => {
  const data = join(files, readdirSync(files).find((name) => name.endsWith('-Data.db')) ?? '');
  flipByte(data, statSync(data).size >> 1);
};
const renamedTo =
  (format: string): Damage =>
  (files) => {
    for (const name of readdirSync(files).filter((each) => each.startsWith('nb-')))
      renameSync(join(files, name), join(files, name.replace('nb-', `${format}-`)));
  };

const ROWS: readonly Row[] = [
  {
    table: 'sort-s-to-n',
    keys: { pk: 'S', sk: 'S' },
    lie: typeOf('sk', 'N'),
    says: fits('The clustering key is sk text in the backup, sk decimal in the new table'),
  },
  {
    table: 'sort-s-to-b',
    keys: { pk: 'S', sk: 'S' },
    lie: typeOf('sk', 'B'),
    says: fits('The clustering key is sk text in the backup, sk blob in the new table'),
  },
  {
    table: 'hash-n-to-s',
    keys: { pk: 'N' },
    lie: typeOf('pk', 'S'),
    says: fits('The partition key is pk decimal in the backup, pk text in the new table'),
  },
  {
    table: 'hash-s-to-n',
    keys: { pk: 'S' },
    lie: typeOf('pk', 'N'),
    says: fits('The partition key is pk text in the backup, pk decimal in the new table'),
  },
  {
    table: 'hash-to-range',
    keys: { pk: 'S' },
    lie(described) {
      described.KeySchema.push({ AttributeName: 'sk', KeyType: 'RANGE' });
      described.AttributeDefinitions.push({ AttributeName: 'sk', AttributeType: 'N' });
    },
    says: fits('The clustering key is none in the backup, sk decimal in the new table'),
  },
  {
    table: 'without-local',
    keys: { pk: 'S', sk: 'N' },
    indexes: true,
    lie(described) {
      delete described.LocalSecondaryIndexes;
      described.AttributeDefinitions = described.AttributeDefinitions.filter(
        ({ AttributeName }) => AttributeName !== 'status',
      );
    },
    says: fits('The column status is text in the backup'),
  },
  {
    table: 'files-of-index',
    keys: { pk: 'S', sk: 'N' },
    indexes: true,
    damage: (directory) => (files) => {
      for (const name of readdirSync(files).filter((each) => each.startsWith('nb-')))
        rmSync(join(files, name));
      const keyspace = join(directory, '..');
      const views = readdirSync(keyspace).map((name) => join(keyspace, name));
      const view = views.find((path) => path !== directory && hasData(path)) ?? '';
      for (const name of readdirSync(view).filter((each) => each.startsWith('nb-')))
        copyFileSync(join(view, name), join(files, name));
    },
    says: /do not fit: .*in the SSTables/,
  },
  { table: 'one-partition', keys: { pk: 'S' }, partitions: 1, damage: byteOfData, says: DIGEST },
  {
    table: 'uncompressed',
    keys: { pk: 'S' },
    compression: false,
    damage: byteOfData,
    says: DIGEST,
  },
  {
    table: 'newer-format',
    keys: { pk: 'S' },
    damage: () => renamedTo('mt'),
    says: /^(2 things stand in the way of the restore:\n1\. )?'newer-format' has SSTables of format mt, which this server \(.+\) does not read/,
  },
  {
    table: 'three-at-once',
    keys: { pk: 'S' },
    damage: byteOfData,
    foreign: 'README.txt',
    huge: true,
    says: /^3 things .*:\n1\. \S+upload is not empty: README\.txt \(.*\)\n2\. No space left on device for .*\)\n3\. The backup of 'three-at-once' is damaged: \S+: \S+-Data\.db has CRC-32 /,
  },
];

const hasData = (path: string) => readdirSync(path).some((name) => name.endsWith('-Data.db'));

const tableFor = ({ table, keys, indexes }: Row): CreateTableCommandInput =>
  indexes
    ? ordersTable(table)
    : {
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: Object.keys(keys).map((AttributeName) => ({
          AttributeName,
          KeyType: AttributeName === 'pk' ? 'HASH' : 'RANGE',
        })),
        AttributeDefinitions: Object.entries(keys).map(([AttributeName, AttributeType]) => ({
          AttributeName,
          AttributeType,
        })),
      };

function* itemsFor({ keys, partitions = 20 }: Row): Generator<Item> {
  for (let number = 0; number < partitions; number += 1) {
    const value = (type: ScalarAttributeType) => (type === 'N' ? { N: `${number}` } : { S: `k${number}` });
    yield {
      pk: value(keys.pk ?? 'S'),
      ...(keys.sk ? { sk: value(keys.sk) } : {}),
      customer: { S: 'c' },
      status: { S: 'open' },
      text: { S: 'x'.repeat(200) },
    };
  }
}

/** A server would load most of these with exit status 0, and lose or garble rows (behaviour.md E004 to E014, N334, N458, N509). */
describe('Backups whose files would be loaded wrongly, their checksums right', () => {
  const bench = withNode();
  const directories = new Map<string, string>();

  beforeAll(async () => {
    const { addresses } = bench.node;
    const cql = await openCql(addresses);
    for (const row of ROWS) {
      await bench.reader.createTable(tableFor(row));
      const keyspace = `alternator_${row.table}`;
      if (row.compression === false)
        await cql.execute(`ALTER TABLE "${keyspace}"."${row.table}" WITH compression = {'enabled': false}`);
      await bench.reader.put(row.table, itemsFor(row));
      const [nodetool = '', ...args] = addresses.nodetool;
      execFileSync(nodetool, [...args, 'flush', keyspace]);
      const { TableId = '' } = await bench.reader.describe(row.table);
      directories.set(
        row.table,
        join(addresses.dataDirectory, keyspace, `${row.table}-${TableId.replaceAll('-', '')}`),
      );
    }
    await cql.close();
    await bench.tool.expect(0, ['backup', ...ROWS.map(({ table }) => table)]);
    for (const { table, lie, damage, foreign, huge } of ROWS) {
      const folder = join(bench.tool.backups, table);
      if (foreign !== undefined)
        writeFileSync(join(directories.get(table) ?? '', 'upload', foreign), 'somebody else put it here');
      if (damage) await plantInArchive(folder, damage(directories.get(table) ?? ''), 'as they are');
      if (huge)
        forgeBackup(
          folder,
          'alternator_schema.json',
          (same) => same,
          (manifest) => ({ ...manifest, totals: { ...manifest.totals, bytes: 2 ** 52 } }),
        );
      if (lie)
        forgeBackup(folder, 'alternator_schema.json', (text) => {
          const file = JSON.parse(text) as { tables: [{ describe: Described }] };
          lie(file.tables[0].describe);
          return JSON.stringify(file);
        });
    }
  }, 120_000);

  // A server would not boot with it, and this one may be somebody's own.
  afterAll(() => {
    for (const { table, foreign } of ROWS)
      if (foreign !== undefined)
        rmSync(join(directories.get(table) ?? '', 'upload', foreign), { force: true });
  });

  it(
    'are each refused for its own reason, exit 5, and no file, id or item of any table changes (T-49)',
    { timeout: 120_000 },
    async () => {
      const stateOf = async ({ table }: Row) => ({
        table,
        files: await treeHash(join(bench.node.addresses.dataDirectory, `alternator_${table}`)),
        id: (await bench.reader.describe(table)).TableId,
        items: await bench.reader.contents(table),
      });
      const states = async () => {
        const all = [];
        for (const row of ROWS) all.push(await stateOf(row));
        return all;
      };
      const before = await states();
      const { stderr } = await bench.tool.expect(5, ['restore', ...ROWS.map(({ table }) => table), '--yes']);
      expect(await states()).toEqual(before);
      const reasons = ROWS.map(({ table, says }) => {
        const part = stderr.split(`Start restore process for ${table} =====`)[1] ?? '';
        const [end] = part.split('===== Start restore process');
        const lines = [...(end ?? '').matchAll(/ - ERROR - (.*)/g)].map(([, line = '']) => line);
        const why = lines
          .slice(
            0,
            lines.findIndex((line) => line.startsWith('  State:')),
          )
          .join('\n');
        return [table, says.test(why) ? 'as wanted' : why];
      });
      expect(reasons).toEqual(ROWS.map(({ table }) => [table, 'as wanted']));
    },
  );
});
