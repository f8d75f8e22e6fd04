import type * as AwsSdk from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

export type Sdk = typeof AwsSdk;
type Sendable = Parameters<DynamoDBClient['send']>[0];

/** For one request; a node that takes longer than this for two of them does not serve. */
export const REQUEST_MS = 30_000;
/** Making and deleting a table is agreed upon by all nodes; asking twice for it would only be refused. */
const CHANGE_MS = 5 * 60_000;

export interface ApiConnection {
  readonly client: DynamoDBClient;
  /** For changes of tables: waits longer and never asks again. */
  readonly patient: DynamoDBClient;
  readonly sdk: Sdk;
}

/** The SDK, loaded now, and a client of its. No request is made. */
export async function connectToApi(
  endpoint: string,
  region: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<ApiConnection> {
  // On Node 20 the SDK prints a notice about its own support dates, which no operator can act upon.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const sdk = await import('@aws-sdk/client-dynamodb');
  const clientOf = (maxAttempts: number, requestTimeout: number) =>
    new sdk.DynamoDBClient({
      endpoint,
      region,
      credentials,
      maxAttempts,
      requestHandler: { connectionTimeout: 5_000, requestTimeout, throwOnRequestTimeout: true },
    });
  return { client: clientOf(2, REQUEST_MS), patient: clientOf(1, CHANGE_MS), sdk };
}

/** Sends a command and gives the body of the answer as it was on the wire, parsed. The SDK still judges the errors. */
export async function sendRaw(
  client: DynamoDBClient,
  command: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const sendable = command as Sendable;
  let raw = Buffer.alloc(0);
  sendable.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body?: AsyncIterable<Uint8Array> | Uint8Array };
      raw = await bytesOf(response.body);
      response.body = new Uint8Array(raw);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'keepRawAnswer' },
  );
  await client.send(sendable, { abortSignal: signal });
  return JSON.parse(raw.toString('utf8')) as unknown;
}

async function bytesOf(
  body: AsyncIterable<Uint8Array> | Uint8Array | undefined,
): Promise<Buffer<ArrayBuffer>> {
  if (body === undefined) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
