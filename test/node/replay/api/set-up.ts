import { setTimeout as sleep } from 'node:timers/promises';
import { damageTable } from './damage.js';
import { isolate, stopThirdNode } from './outages.js';
import {
  addIndex,
  BUILT_ITEMS,
  builtItem,
  BY_CUSTOMER,
  create,
  drop,
  load,
  order,
  ORDERS,
  tableRequest,
} from './recorded-tables.js';
import { makeRoles } from './roles.js';
import type { Session } from './session.js';

type Step = (session: Session) => Promise<void>;

/** A CQL statement as the recorded one; without what only Scylla has (tablets, scylla_tags). */
const keyspaceByCql = (name: string): string =>
  `CREATE KEYSPACE ${name} WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}`;

/** What was done to the servers before the exchange of that number. */
export const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  [301, () => sleep(1_000)], // the descriptions from 308 on were taken a second or more after CreateTable
  [
    537, // 536 is an UpdateItem, which is out of scope: it left this item
    async ({ sender }) => {
      await sender.call('PutItem', {
        TableName: 'hashonly',
        Item: { pk: { S: 'all' }, v: { N: '2' }, w: { S: 'x' } },
      });
    },
  ],
  [551, (session) => load(session, 'orders', 200, (i) => order(i))],
  [
    587,
    async (session) => {
      await create(session, 'pages');
      const filling = 'x'.repeat(100_000);
      await load(session, 'pages', 200, (i) => ({ pk: { S: `page${i}` }, v: { S: filling } }), 5);
    },
  ],
  [601, (session) => drop(session, 'pages')],
  [
    651,
    async (session) => {
      await create(session, 'built');
      await load(session, 'built', BUILT_ITEMS, builtItem);
    },
  ],
  [
    751,
    async ({ cql, sender, tables }) => {
      await cql(keyspaceByCql('alternator_viacql'));
      await cql('CREATE TABLE alternator_viacql.viacql (pk text PRIMARY KEY, ":attrs" map<text, blob>)');
      await cql('CREATE TABLE alternator_viacql.other (a int PRIMARY KEY, b text)');
      await cql(keyspaceByCql('alternator_premade'));
      // The recorded statement had WITH scylla_tags = {'team': 'x', 'system:ttl_attribute': 'exp'}: no such CQL here.
      await sender.call('TagResource', {
        ResourceArn: 'arn:scylla:alternator:alternator_viacql:scylla:table/viacql',
        Tags: [{ Key: 'team', Value: 'x' }],
      });
      await sender.call('UpdateTimeToLive', {
        TableName: 'viacql',
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'exp' },
      });
      tables.add('viacql').add('other');
    },
  ],
  [
    770,
    async ({ cql, tables, generated }) => {
      await cql('DROP MATERIALIZED VIEW alternator_premade."premade:by-customer"');
      await cql('ALTER TABLE alternator_premade.premade ADD extra text');
      await cql('DROP KEYSPACE alternator_premade');
      tables.delete('premade');
      generated.forget('premade');
    },
  ],
  [
    821,
    async (session) => {
      for (let i = 0; i < 105; i += 1) await create(session, `t${String(i).padStart(3, '0')}`);
    },
  ],
  [826, (session) => drop(session, session.listed[6] ?? '')], // the last name of the page of seven before
  [828, (session) => create(session, 'zzz')],
  [851, makeRoles],
  [
    882,
    async (session) => {
      await load(session, 'orders', 3, (i) => order(i));
      await session.cql('GRANT SELECT ON KEYSPACE alternator_orders TO backup');
    },
  ],
  [884, ({ cql }) => cql('GRANT ALTER ON KEYSPACE alternator_orders TO backup')],
  [885, ({ cql }) => cql('GRANT CREATE ON ALL KEYSPACES TO backup')],
  [887, ({ cql }) => cql('GRANT DROP ON KEYSPACE alternator_orders TO backup')],
  [
    901,
    async (session) => {
      await create(session, 'slow', { key: { hash: 'pk', range: 'sk' } });
      await load(session, 'slow', BUILT_ITEMS, (i) => order(i));
      await addIndex(session, 'slow', 'by-customer', BY_CUSTOMER);
    },
  ],
  [
    904,
    async (session) => {
      await create(session, 'slow2', { key: { hash: 'pk', range: 'sk' } });
      await load(session, 'slow2', BUILT_ITEMS, (i) => order(i));
      await addIndex(session, 'slow2', 'by-customer', BY_CUSTOMER);
    },
  ],
  [905, untilPartlyBuilt],
  [922, (session) => drop(session, 'rt1')],
  [926, (session) => create(session, 'gsi2r', { ...ORDERS, gsi: { hash: 'customer' } })],
  [
    931,
    async (session) => {
      const { BillingMode, ...request } = tableRequest('rt3', ORDERS) as { BillingMode: string };
      await session.sender.call('CreateTable', {
        ...request,
        BillingModeSummary: { BillingMode },
        ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 },
      });
    },
  ],
  [
    927,
    async (session) => {
      await create(session, 'dmg2', { key: { hash: 'pk', range: 'sk' } });
      await load(session, 'dmg2', 200, (i) => order(i, 'samepk'));
      await damageTable(session, 'dmg2');
    },
  ],
  [
    943,
    async (session) => {
      await create(session, 'orders', ORDERS);
      await load(session, 'orders', 200, (i) => order(i));
    },
  ],
  [961, ({ node }) => isolate(node)],
  [944, ({ node }) => stopThirdNode(node)],
  [
    949,
    async (session) => {
      await create(session, 'okd', ORDERS);
      await addIndex(session, 'okd', 'by-zz', { hash: 'zz' });
    },
  ],
]);

/** An index that has entries, but not yet all. */
async function untilPartlyBuilt({ sender }: Session): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { Count } = await sender.call('Scan', {
      TableName: 'slow2',
      IndexName: 'by-customer',
      Select: 'COUNT',
    });
    if (Number(Count) > 0) return;
    if (Date.now() > deadline) throw new Error('index by-customer of slow2 stays empty');
    await sleep(5);
  }
}
