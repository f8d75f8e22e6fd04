import { once } from 'node:events';
import { internal } from './api-error.js';
import { answerRequest, faultyRequest, refusal } from './answer-request.js';
import { openDatabase } from './database.js';
import { httpServer } from './http-server.js';
import { indexFilling } from './index-filling.js';
import type { Instance } from './instance.js';
import { globalIndexAttributes, moveIntoColumns } from './move-into-columns.js';
import { readSchemas, schemaVersion } from './schemas.js';
import { openState } from './state-store.js';
import type { MeetFault } from '../ring/misbehaving.js';

export interface GatewayOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly cql: {
    readonly host: string;
    readonly port: number;
    readonly datacenter: string;
    readonly username?: string;
    readonly password?: string;
  };
  /** Addresses of all live nodes, for /localnodes. */
  readonly liveNodes: () => Promise<readonly string[]>;
  /** JSON file with what CQL cannot hold; shared by the gateways of one ring, which live in one process. */
  readonly stateFile: string;
  /** Called before a table is dropped through the API; takes the `pre-drop-<ms>` snapshots of base and views. Absent: none. */
  readonly beforeDrop?: (keyspace: string, tables: readonly string[]) => Promise<void>;
  /** Requests must be signed (AWS signature version 4): access key = role, secret = its `salted_hash` in system_auth.roles. */
  readonly authorization?: boolean;
  /** Lets go wrong what is to go wrong (ring/misbehaving.ts). Absent: nothing is. */
  readonly meetFault?: MeetFault;
}

export interface Gateway {
  /** `http://host:port`; the port is the one listened on when 0 was asked for. */
  readonly endpoint: string;
  /**
   * Moves attributes that lie in `":attrs"` into the columns of global indexes. To be called once SSTables were loaded
   * that are older than such an index: Scylla computes those keys, and so has them in the index at once.
   */
  fillGlobalIndexes(table: string): Promise<void>;
  /** Stops listening, ends every connection and every background work. */
  close(): Promise<void>;
}

/** Serves the DynamoDB API of one node. The database need not be up: requests get a 500 until it is. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { listen, cql, authorization = false } = options;
  const state = openState(options.stateFile);
  const database = openDatabase(cql);
  const schemas = readSchemas(database, state);
  const filling = indexFilling(database, schemas, state);
  const { beforeDrop = async () => undefined, meetFault = (_, { work }) => work() } = options;
  const change = async (statement: string): Promise<void> => {
    await database.change(statement);
    await state.members.agree();
  };
  const instance: Instance = {
    database,
    schemas,
    state,
    filling,
    change,
    beforeDrop,
    datacenter: cql.datacenter,
  };

  const server = httpServer({
    api: (request) =>
      meetFault(faultyRequest(request), {
        work: () => answerRequest(request, instance, { authorization }),
        refuse: async () => refusal(internal('told to fail')),
      }),
    isHealthy: () =>
      meetFault(
        { on: 'GET /' },
        {
          work: () =>
            schemaVersion(database).then(
              () => true,
              () => false,
            ),
          refuse: async () => false,
        },
      ),
    localNodes: async (query) => {
      const datacenter = query.get('dc');
      return datacenter === null || datacenter === cql.datacenter ? options.liveNodes() : [];
    },
  });
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  const leave = state.members.join(() => schemaVersion(database));
  filling.resume();

  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : listen.port;
  return {
    endpoint: `http://${listen.host}:${port}`,
    async fillGlobalIndexes(name) {
      const table = await schemas.get(name);
      await moveIntoColumns(database, table, globalIndexAttributes(table), new AbortController().signal);
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      leave();
      await filling.close();
      await Promise.all([closed, database.close()]);
    },
  };
}
