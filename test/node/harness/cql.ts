import cassandra from 'cassandra-driver';
import type { NodeAddresses } from '../../node-under-test/types.js';

export type Row = Readonly<Record<string, unknown>>;

/** CQL by the driver alone: what the tests look at and change behind the tool's back. */
export interface Cql {
  execute(statement: string, ...values: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export async function openCql(
  { cql: { host, port, datacenter } }: Pick<NodeAddresses, 'cql'>,
  credentials?: { readonly username: string; readonly password: string },
): Promise<Cql> {
  const client = new cassandra.Client({
    contactPoints: [`${host}:${port}`],
    localDataCenter: datacenter,
    protocolOptions: { port },
    isMetadataSyncEnabled: false,
    ...(credentials === undefined ? {} : { credentials }),
  });
  await client.connect();
  return {
    async execute(statement, ...values) {
      const { rows } = await client.execute(statement, [...values], { prepare: values.length > 0 });
      // Statements without a result have no rows.
      return (rows as typeof rows | undefined)?.map((row) => Object.fromEntries(Object.entries(row))) ?? [];
    },
    close: () => client.shutdown(),
  };
}
