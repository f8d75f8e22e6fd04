import type { NodeAddresses } from '../../../node-under-test/index.js';
import { api, createOrders, createPlain, putOrders } from './tables.js';

/** The tables of the server that nodetool and REST were recorded from, with as many items. */
export async function makeTables(node: NodeAddresses): Promise<void> {
  await createOrders(node, 'orders', true);
  await putOrders(node, 'orders', { count: 200, partitions: 20 });
  for (const name of ['one', 'empty', 'a.b', 'x.y.z', '-.-.-.', '-abc', '...', '.0-Usertable_Backup']) {
    await createPlain(node, name);
  }
  await createPlain(node, 'streamed', STREAM);
  for (const [name, items] of [
    ['one', 1],
    ['a.b', 5],
    ['streamed', 1],
  ] as const) {
    for (let at = 0; at < items; at++) {
      await api(node, 'PutItem', { TableName: name, Item: { pk: { S: `p${at}` } } });
    }
  }
}

const STREAM = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } };

/** The other tables that CQL was recorded from. */
export async function makeTablesForCql(node: NodeAddresses): Promise<void> {
  for (const name of ['hashonly', 'Users', 'users', 'tagged', 'prov']) await createPlain(node, name);
  await createPlain(node, 'gsi_prov', {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'a', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-a',
        KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  await createPlain(node, 'hrS', {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    ...STREAM,
  });
}
