import cassandra from 'cassandra-driver';
import { cqlConnection, wasNotSent, type CqlAddress } from './cql-connection.js';
import { databaseError } from './database-error.js';

export interface QueryOptions {
  readonly consistency?: 'one' | 'quorum';
  /** Rows per page; without it all rows come at once. */
  readonly pageRows?: number;
  /** Where the next page begins, as the previous page said. */
  readonly pageState?: string;
}

export interface Page {
  readonly rows: readonly cassandra.types.Row[];
  /** Absent after the last page. */
  readonly pageState?: string;
}

/** One node of the ring over CQL. Statements are prepared; every failure is an ApiError with status 500. */
export interface Database {
  execute(query: string, parameters?: readonly unknown[], options?: QueryOptions): Promise<Page>;
  /** Runs a statement that changes the schema of this node; the others may learn of it later. */
  change(statement: string): Promise<void>;
  close(): Promise<void>;
}

const CONSISTENCY = {
  one: cassandra.types.consistencies.localOne,
  quorum: cassandra.types.consistencies.localQuorum,
} as const;

/** While the node is away every call fails at once; the first call after it is back succeeds. */
export function openDatabase(address: CqlAddress): Database {
  const connection = cqlConnection(address);

  const run = async (query: string, parameters: readonly unknown[], options: cassandra.QueryOptions) => {
    try {
      const client = await connection.current();
      try {
        return await client.execute(query, parameters, options);
      } catch (error) {
        if (!wasNotSent(error)) throw error;
        // A new connection tells at once whether the node is back, where the driver would wait for its next attempt.
        const renewed = await connection.renewed(client);
        return await renewed.execute(query, parameters, options);
      }
    } catch (error) {
      throw databaseError(error, query);
    }
  };

  return {
    async execute(query, parameters = [], { consistency = 'one', pageRows, pageState } = {}) {
      const result = await run(query, parameters, {
        prepare: true,
        consistency: CONSISTENCY[consistency],
        fetchSize: pageRows ?? 0,
        ...(pageState === undefined ? {} : { pageState }),
      });
      const rows = Array.isArray(result.rows) ? result.rows : []; // a write has none, whatever the driver's types say
      const next: unknown = result.pageState;
      return { rows, ...(typeof next === 'string' ? { pageState: next } : {}) };
    },
    async change(statement) {
      await run(statement, [], { prepare: false });
    },
    close: () => connection.close(),
  };
}
