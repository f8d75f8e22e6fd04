import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'cassandra-driver';
import type { NodeAddresses } from '../../../node-under-test/index.js';
import type { Counts } from './recorded.js';
import type { Target } from './refresh-replay.js';

/** The recordings' usual table and its two indexes, made by CQL: for servers whose API asks for signatures. */
export async function createOrdersByCql(client: Client, name: string): Promise<void> {
  const keyspace = `"alternator_${name}"`;
  const replication = `{'class': 'NetworkTopologyStrategy', 'datacenter1': 1}`;
  await client.execute(`CREATE KEYSPACE ${keyspace} WITH replication = ${replication}`);
  await client.execute(
    `CREATE TABLE ${keyspace}."${name}" (pk text, sk decimal, customer text, status text, ":attrs" map<text, blob>,
     PRIMARY KEY (pk, sk))`,
  );
  for (const [view, key] of [
    [':by-customer', 'customer, sk, pk'],
    ['!:by-status', 'pk, status, sk'],
  ]) {
    await client.execute(
      `CREATE MATERIALIZED VIEW ${keyspace}."${name}${view}" AS SELECT * FROM ${keyspace}."${name}"
       WHERE customer IS NOT NULL AND status IS NOT NULL AND pk IS NOT NULL AND sk IS NOT NULL PRIMARY KEY (${key})`.replace(
        view === ':by-customer' ? 'AND status IS NOT NULL' : 'customer IS NOT NULL AND',
        '',
      ),
    );
  }
}

export async function putOrdersByCql(client: Client, name: string, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    await client.execute(
      `INSERT INTO "alternator_${name}"."${name}" (pk, sk, customer, status, ":attrs") VALUES ('p${at % 20}', ${at}, 'c${at % 10}', 'open', {'a': 0x01})`,
    );
  }
}

/** The folder of a snapshot of a table. */
export const snapshotFolder = (node: NodeAddresses, name: string, tag: string): string =>
  join(tableFolder(node, name), 'snapshots', tag);

function tableFolder({ dataDirectory }: NodeAddresses, name: string): string {
  const keyspace = join(dataDirectory, `alternator_${name}`);
  const directory = readdirSync(keyspace).find((entry) => new RegExp(`^${name}-[0-9a-f]{32}$`).test(entry));
  if (directory === undefined) throw new Error(`no directory of ${name}`);
  return join(keyspace, directory);
}

/** A table made by CQL, counted and emptied by CQL. */
export async function makeCqlTarget(
  node: NodeAddresses,
  client: Client,
  name: string,
  user: number,
): Promise<Target> {
  await createOrdersByCql(client, name);
  const count = async (table: string) =>
    Number((await client.execute(`SELECT count(*) AS n FROM "alternator_${name}"."${table}"`)).first()['n']);
  return {
    node,
    name,
    user,
    directory: tableFolder(node, name),
    count: async (): Promise<Counts> => ({
      scan: await count(name),
      'scan by-customer': await count(`${name}:by-customer`),
      'scan by-status': await count(`${name}!:by-status`),
    }),
    empty: async () => {
      await client.execute(`TRUNCATE "alternator_${name}"."${name}"`);
    },
  };
}
