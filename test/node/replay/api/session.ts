import cassandra from 'cassandra-driver';
import type { NodeUnderTest } from '../../../node-under-test/types.js';
import { Generated } from './generated.js';
import { Sender } from './send.js';

/** One server of the recordings, played by one node under test. */
export interface Session {
  readonly node: NodeUnderTest;
  readonly sender: Sender;
  readonly generated: Generated;
  /** Names that exist by now, to judge ListTables with. */
  readonly tables: Set<string>;
  /** What ListTables listed last when asked for everything from the start: its order stands for the recorded one. */
  listed: readonly string[];
  readonly cql: (statement: string) => Promise<void>;
  /** The secret with which requests of a role are signed. */
  readonly saltedHash: (role: string) => Promise<string | undefined>;
  close(): Promise<void>;
}

export async function openSession(node: NodeUnderTest): Promise<Session> {
  const { host, port, datacenter } = node.cql;
  const client = new cassandra.Client({
    contactPoints: [`${host}:${port}`],
    localDataCenter: datacenter,
    protocolOptions: { port },
    isMetadataSyncEnabled: false,
    ...(node.credentials === undefined ? {} : { credentials: node.credentials }),
  });
  await client.connect();
  const { credentials, endpoint } = node;
  const sender = new Sender(
    endpoint,
    credentials && { accessKey: credentials.username, secret: credentials.saltedHash },
  );
  return {
    node,
    sender,
    generated: new Generated(),
    tables: new Set(),
    listed: [],
    async cql(statement) {
      await client.execute(statement);
    },
    async saltedHash(role) {
      const { rows } = await client.execute(
        'SELECT salted_hash FROM system_auth.roles WHERE role = ?',
        [role],
        { prepare: true },
      );
      return (rows[0]?.['salted_hash'] as string | null | undefined) ?? undefined;
    },
    async close() {
      sender.close();
      await client.shutdown();
    },
  };
}
