import {
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  type CreateTableCommandInput,
  type StreamViewType,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCql, type Cql } from './harness/cql.js';
import { liveOptions } from './harness/live-options.js';
import { richTable } from './harness/rich-table.js';
import { withNode } from './harness/with-node.js';

/** The one line that tells it. */
type Line = string | RegExp;

describe('schema diff', () => {
  const bench = withNode();
  let cql: Cql;
  beforeAll(async () => {
    cql = await openCql(bench.node.addresses);
  });
  afterAll(() => cql.close());

  const isEqual = async (table: string) => {
    const { stdout } = await bench.tool.expect(0, ['schema', 'diff', table]);
    expect(stdout).toMatch(new RegExp(`^Equal: backup \\S+ of ${table} and the live table ${table}\\n$`));
  };
  const differsBy = async (table: string, line: Line) => {
    const { stdout } = await bench.tool.expect(1, ['schema', 'diff', table]);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toMatch(new RegExp(`^backup \\S+ of ${table} → the live table ${table}:$`));
    expect(lines).toEqual([typeof line === 'string' ? `  ${line}` : expect.stringMatching(line)]);
  };

  describe('of a table that was changed where it is', () => {
    const TABLE = 'Changed';
    const NAMED = `"alternator_${TABLE}"."${TABLE}"`;
    const VIEW = `"alternator_${TABLE}"."${TABLE}:ByOwner"`;
    let arn: string | undefined;
    beforeAll(async () => {
      await bench.reader.createTable(richTable(TABLE, { hash: 'S', range: 'N' }));
      await bench.reader.setTimeToLive(TABLE, 'expires');
      await cql.execute(`ALTER TABLE ${NAMED} WITH comment = 'it''s; mine'`);
      await bench.tool.expect(0, ['backup', TABLE]);
      arn = (await bench.reader.describe(TABLE)).TableArn;
    });
    afterAll(() => bench.reader.deleteTable(TABLE));

    type Change = () => Promise<unknown>;
    const tag =
      (Key: string, Value: string): Change =>
      () =>
        bench.reader.client.send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key, Value }] }));
    const untag =
      (key: string): Change =>
      () =>
        bench.reader.client.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: [key] }));
    const expiry =
      (AttributeName: string, Enabled: boolean): Change =>
      () =>
        bench.reader.client.send(
          new UpdateTimeToLiveCommand({
            TableName: TABLE,
            TimeToLiveSpecification: { Enabled, AttributeName },
          }),
        );
    const stream = (viewType?: StreamViewType): Change => {
      const off = { StreamEnabled: false };
      const StreamSpecification = viewType ? { StreamEnabled: true, StreamViewType: viewType } : off;
      return () =>
        bench.reader.client.send(new UpdateTableCommand({ TableName: TABLE, StreamSpecification }));
    };
    const alter =
      (what: string): Change =>
      () =>
        cql.execute(`ALTER ${what}`);
    const copies =
      (number: number): Change =>
      () =>
        cql.execute(
          `ALTER KEYSPACE "alternator_${TABLE}" WITH replication =
            {'class': 'NetworkTopologyStrategy', '${bench.node.addresses.cql.datacenter}': ${number}}`,
        );

    it.each<readonly [string, Change, Change, Line]>([
      ['another tag', tag('team', 'sales'), tag('team', 'shipping'), 'tag team shipping → sales'],
      ['a tag more', tag('more', 'x'), untag('more'), 'tag more none → x'],
      ['a tag less', untag('cost centre'), tag('cost centre', '1=x'), 'tag cost centre 1=x → none'],
      [
        'another write isolation',
        tag('system:write_isolation', 'forbid_rmw'),
        tag('system:write_isolation', 'only_rmw_uses_lwt'),
        'tag system:write_isolation only_rmw_uses_lwt → forbid_rmw',
      ],
      ['no expiry', expiry('expires', false), expiry('expires', true), 'time to live expires → none'],
      ['no stream', stream(), stream('NEW_AND_OLD_IMAGES'), 'stream NEW_AND_OLD_IMAGES → none'],
      [
        'no durable writes',
        alter(`KEYSPACE "alternator_${TABLE}" WITH durable_writes = false`),
        alter(`KEYSPACE "alternator_${TABLE}" WITH durable_writes = true`),
        'keyspace option durable_writes true → false',
      ],
      ['replication', copies(2), copies(1), /^ {2}keyspace option replication \{.*'1'\} → \{.*'2'\}$/],
      [
        'gc grace',
        alter(`TABLE ${NAMED} WITH gc_grace_seconds = 5`),
        alter(`TABLE ${NAMED} WITH gc_grace_seconds = 864000`),
        'table option gc_grace_seconds 864000 → 5',
      ],
      [
        'a comment',
        alter(`TABLE ${NAMED} WITH comment = '; it''s'`),
        alter(`TABLE ${NAMED} WITH comment = 'it''s; mine'`),
        `table option comment 'it''s; mine' → '; it''s'`,
      ],
      [
        'a comment of a view',
        alter(`MATERIALIZED VIEW ${VIEW} WITH comment = 'v'`),
        alter(`MATERIALIZED VIEW ${VIEW} WITH comment = ''`),
        `view ${TABLE}:ByOwner: option comment '' → 'v'`,
      ],
    ])('tells %s in one line, and nothing else: exit 1 (T-63)', async (_, plant, undo, line) => {
      await plant();
      await differsBy(TABLE, line);
      await undo();
    });

    it.each([
      ['compaction', `{'class': 'LeveledCompactionStrategy'}`],
      ['compression', `{'class': 'DeflateCompressor'}`],
      ['caching', `{'keys': 'NONE', 'rows_per_partition': 'NONE'}`],
    ])('tells another %s in one line, and nothing else', async (option, value) => {
      const before = (await liveOptions(cql, TABLE)).tables[TABLE]?.[option] as Record<string, string>;
      await alter(`TABLE ${NAMED} WITH ${option} = ${value}`)();
      const live = /'(\w+)'/.exec(value.replace(/'(class|keys)'/, ''))?.[1] ?? '';
      await differsBy(TABLE, new RegExp(`^ {2}table option ${option} \\{.*\\} → \\{.*${live}.*\\}$`));
      const undone = Object.entries(before).map(([name, text]) => `'${name}': '${text}'`);
      await alter(`TABLE ${NAMED} WITH ${option} = {${undone.join(', ')}}`)();
    });

    it('tells that all is equal when all is taken back', async () => {
      await isEqual(TABLE);
    });

    it('tells a column that CQL added', async () => {
      await alter(`TABLE ${NAMED} ADD "Ünd" int`)();
      await differsBy(TABLE, 'column Ünd: none → int regular');
    });
  });

  describe('of a table that was made anew in another way', () => {
    const TABLE = 'Anew';
    const bare: CreateTableCommandInput = {
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
    };
    const index = (IndexName: string, hash: string, range: string) => ({
      IndexName,
      KeySchema: [
        { AttributeName: hash, KeyType: 'HASH' as const },
        { AttributeName: range, KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'ALL' as const },
    });
    const typed = (types: Readonly<Record<string, 'S' | 'N' | 'B'>>) =>
      Object.entries(types).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
    const indexed: CreateTableCommandInput = {
      ...bare,
      AttributeDefinitions: typed({ pk: 'S', sk: 'N', owner: 'S', when: 'N', rank: 'N' }),
      GlobalSecondaryIndexes: [index('ByOwner', 'owner', 'when')],
      LocalSecondaryIndexes: [index('ByRank', 'pk', 'rank')],
    };

    const cases: readonly (readonly [
      string,
      CreateTableCommandInput,
      readonly (readonly [string, Partial<CreateTableCommandInput>, Line])[],
    ])[] = [
      [
        'without an index',
        bare,
        [
          [
            'type of the partition key',
            { AttributeDefinitions: typed({ pk: 'B', sk: 'N' }) },
            'keys pk S HASH, sk N RANGE → pk B HASH, sk N RANGE',
          ],
          [
            'name of the sort key',
            {
              KeySchema: [
                { AttributeName: 'pk', KeyType: 'HASH' },
                { AttributeName: 'at', KeyType: 'RANGE' },
              ],
              AttributeDefinitions: typed({ pk: 'S', at: 'N' }),
            },
            'keys pk S HASH, sk N RANGE → pk S HASH, at N RANGE',
          ],
          [
            'no sort key',
            {
              KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
              AttributeDefinitions: typed({ pk: 'S' }),
            },
            'keys pk S HASH, sk N RANGE → pk S HASH',
          ],
          [
            'billing',
            {
              BillingMode: 'PROVISIONED',
              ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 },
            },
            'billing PAY_PER_REQUEST → PROVISIONED 3/4',
          ],
          [
            'a stream',
            { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } },
            'stream none → KEYS_ONLY',
          ],
        ],
      ],
      [
        'with indexes',
        indexed,
        [
          [
            'type of an index key',
            { AttributeDefinitions: typed({ pk: 'S', sk: 'N', owner: 'S', when: 'S', rank: 'N' }) },
            'index ByOwner: keys owner S HASH, when N RANGE → owner S HASH, when S RANGE',
          ],
          [
            'key of an index',
            {
              AttributeDefinitions: typed({ pk: 'S', sk: 'N', owner: 'S', rank: 'N' }),
              GlobalSecondaryIndexes: [index('ByOwner', 'owner', 'rank')],
            },
            'index ByOwner: keys owner S HASH, when N RANGE → owner S HASH, rank N RANGE',
          ],
          [
            'a global index less',
            {
              AttributeDefinitions: typed({ pk: 'S', sk: 'N', rank: 'N' }),
              GlobalSecondaryIndexes: undefined,
            },
            'index ByOwner: global, owner S HASH, when N RANGE → none',
          ],
          [
            'a global index more',
            {
              GlobalSecondaryIndexes: [index('ByOwner', 'owner', 'when'), index('ByTown', 'rank', 'owner')],
            },
            'index ByTown: none → global, rank N HASH, owner S RANGE',
          ],
          [
            'a local index less',
            {
              AttributeDefinitions: typed({ pk: 'S', sk: 'N', owner: 'S', when: 'N' }),
              LocalSecondaryIndexes: undefined,
            },
            'index ByRank: local, pk S HASH, rank N RANGE → none',
          ],
          [
            'a local index that is global',
            {
              GlobalSecondaryIndexes: [index('ByOwner', 'owner', 'when'), index('ByRank', 'pk', 'rank')],
              LocalSecondaryIndexes: undefined,
            },
            'index ByRank: kind local → global',
          ],
        ],
      ],
    ];

    describe.each(cases)('%s', (_, input, changes) => {
      beforeAll(async () => {
        await bench.reader.createTable(input);
        await bench.tool.expect(0, ['backup', TABLE]);
      });
      afterAll(() => bench.reader.deleteTable(TABLE));

      it.each(changes)('tells %s in one line, and nothing else: exit 1 (T-63)', async (__, change, line) => {
        await bench.reader.deleteTable(TABLE);
        await bench.reader.createTable({ ...input, ...change });
        await differsBy(TABLE, line);
      });
    });
  });
});
