import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import cassandra from 'cassandra-driver';
import type { FakeScylla } from '../../support/fake-scylla/index.js';
import type { ToolResult } from './running-tool.js';
import type { Stage } from './stage.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** The SDK and the driver as they are, to talk to a fake that the tool knows nothing of. */
export const client = (
  { endpoint }: FakeScylla,
  accessKeyId = 'none',
  secretAccessKey = 'none',
): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });

export async function withCql<T>(
  { host, cqlPort }: FakeScylla,
  work: (cql: cassandra.Client) => Promise<T>,
  login?: { readonly username: string; readonly password: string },
): Promise<T> {
  const cql = new cassandra.Client({
    contactPoints: [host],
    protocolOptions: { port: cqlPort },
    localDataCenter: 'datacenter1',
    isMetadataSyncEnabled: false,
    ...(login ? { credentials: login } : {}),
  });
  try {
    return await work(cql);
  } finally {
    await cql.shutdown();
  }
}

export const nodetool = ({ fake, run }: Stage, args: readonly string[]): Promise<ToolResult> =>
  run([...fake.nodetool, ...args]).result;
