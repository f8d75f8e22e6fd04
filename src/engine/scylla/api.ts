import { KnownError } from '../../errors.js';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { CreateTableInput, IndexAddition } from '../../model/table-creation.js';
import { connectToApi, sendRaw, type ApiConnection, type Sdk } from './api-connection.js';
import type { Tag } from '../../model/table-schema.js';
import type { ScyllaOptions } from './options.js';
import { explainApiError, isNoSuchTable } from './api-error.js';

export interface PageRequest {
  readonly table: string;
  readonly index: string | undefined;
  readonly segment: number;
  readonly segments: number;
  readonly limit: number;
  readonly from: unknown;
}

/** As many items as the server puts into a page: 1 MB of them. */
export type ItemsPageRequest = Omit<PageRequest, 'limit'>;

/**
 * The Alternator API, verb by verb. Answers are the server's own JSON: the SDK would drop members it does not know. Every
 * call rejects with a KnownError.
 */
export interface Api {
  /** All pages, in the server's order. */
  listTables(): Promise<readonly string[]>;
  /** The `Table` member of the answer; undefined when there is no such table. */
  describeTable(table: string): Promise<unknown>;
  /** All pages of a table's tags. */
  listTags(arn: string): Promise<readonly unknown[]>;
  /** The `TimeToLiveDescription` member of the answer. */
  describeTimeToLive(table: string): Promise<unknown>;
  /** The id of the new table, as the server's answer to this very request has it. */
  createTable(input: CreateTableInput): Promise<{ readonly id: string }>;
  deleteTable(table: string): Promise<void>;
  setTimeToLive(table: string, attribute: string): Promise<void>;
  /** What `listTags` gives is what may be taken away. */
  tag(arn: string, tags: readonly Tag[]): Promise<void>;
  untag(arn: string, keys: readonly string[]): Promise<void>;
  addIndex(table: string, addition: IndexAddition): Promise<void>;
  enableStream(table: string, viewType: string): Promise<void>;
  /** The items of one page of one segment as they were on the wire, and where the next page starts. */
  itemsPage(page: ItemsPageRequest): Promise<{ readonly items: readonly unknown[]; readonly next: unknown }>;
  /** How many items one page of one segment holds, and where the next page starts. */
  countPage(page: PageRequest): Promise<{ readonly count: number; readonly next: unknown }>;
  close(): Promise<void>;
}

/** Nothing is loaded or connected before the first call: the SDK costs 100 ms (measured, Node 20). */
export function connectApi({ endpoint, region, credentials, signal }: ScyllaOptions): Api {
  let connected: Promise<ApiConnection> | undefined;
  const connection = () => (connected ??= connectToApi(endpoint, region, credentials));

  const call: Call = async (doing, build, patience = 'client') => {
    try {
      const { sdk, ...clients } = await connection();
      return await sendRaw(clients[patience], build(sdk), signal);
    } catch (error) {
      throw explainApiError(error, { doing, endpoint, signal });
    }
  };

  return {
    async listTables() {
      const names: string[] = [];
      let start: string | undefined;
      do {
        const page = (await call(
          'List the tables',
          (sdk) => new sdk.ListTablesCommand({ ExclusiveStartTableName: start }),
        )) as {
          TableNames?: string[];
          LastEvaluatedTableName?: string;
        };
        names.push(...(page.TableNames ?? []));
        start = page.LastEvaluatedTableName;
      } while (start !== undefined);
      return names;
    },

    async describeTable(table) {
      const answer = await missingAsUndefined(
        call(`Describe table '${table}'`, (sdk) => new sdk.DescribeTableCommand({ TableName: table })),
      );
      return (answer as { Table?: unknown } | undefined)?.Table;
    },

    async listTags(arn) {
      const tags: unknown[] = [];
      let token: string | undefined;
      do {
        const page = (await call(
          `List the tags of ${arn}`,
          (sdk) => new sdk.ListTagsOfResourceCommand({ ResourceArn: arn, NextToken: token }),
        )) as { Tags?: unknown[]; NextToken?: string };
        tags.push(...(page.Tags ?? []));
        token = page.NextToken;
      } while (token !== undefined);
      return tags;
    },

    async describeTimeToLive(table) {
      const answer = await call(
        `Read the time to live of table '${table}'`,
        (sdk) => new sdk.DescribeTimeToLiveCommand({ TableName: table }),
      );
      return (answer as { TimeToLiveDescription?: unknown }).TimeToLiveDescription ?? {};
    },

    async createTable(input) {
      // The SDK's types want mutable lists; it changes none of them.
      const mutable = structuredClone(input) as unknown as CreateTableCommandInput;
      const answer = (await call(
        `Create table '${input.TableName}'`,
        (sdk) => new sdk.CreateTableCommand(mutable),
        'patient',
      )) as { TableDescription?: { TableId?: string } };
      const id = answer.TableDescription?.TableId;
      if (id === undefined) {
        throw new KnownError(
          'database',
          `The answer to the creation of '${input.TableName}' names no table id`,
        );
      }
      return { id: id.toLowerCase() };
    },

    async deleteTable(table) {
      await call(
        `Delete table '${table}'`,
        (sdk) => new sdk.DeleteTableCommand({ TableName: table }),
        'patient',
      );
    },

    async setTimeToLive(table, attribute) {
      await call(
        `Set the time to live of table '${table}'`,
        (sdk) =>
          new sdk.UpdateTimeToLiveCommand({
            TableName: table,
            TimeToLiveSpecification: { Enabled: true, AttributeName: attribute },
          }),
      );
    },

    async tag(arn, tags) {
      await call(
        `Tag ${arn}`,
        (sdk) => new sdk.TagResourceCommand({ ResourceArn: arn, Tags: tags.map((tag) => ({ ...tag })) }),
      );
    },

    async untag(arn, keys) {
      await call(
        `Untag ${arn}`,
        (sdk) => new sdk.UntagResourceCommand({ ResourceArn: arn, TagKeys: [...keys] }),
      );
    },

    async addIndex(table, { index, definitions }) {
      const { IndexName, KeySchema, Projection } = index;
      await call(
        `Add index '${IndexName}' to table '${table}'`,
        (sdk) =>
          new sdk.UpdateTableCommand({
            TableName: table,
            AttributeDefinitions: definitions.map((each) => ({ ...each })),
            GlobalSecondaryIndexUpdates: [
              { Create: { IndexName, Projection, KeySchema: KeySchema.map((each) => ({ ...each })) } },
            ],
          }),
        'patient',
      );
    },

    async enableStream(table, viewType) {
      const StreamViewType = viewType as 'KEYS_ONLY';
      await call(
        `Switch on the stream of table '${table}'`,
        (sdk) =>
          new sdk.UpdateTableCommand({
            TableName: table,
            StreamSpecification: { StreamEnabled: true, StreamViewType },
          }),
      );
    },

    async countPage(page) {
      const answer = (await call(
        `Read items of table '${page.table}'`,
        (sdk) =>
          new sdk.ScanCommand({
            TableName: page.table,
            IndexName: page.index,
            Select: 'COUNT',
            Segment: page.segment,
            TotalSegments: page.segments,
            Limit: page.limit,
            ExclusiveStartKey: page.from as never,
          }),
      )) as { Count?: number; LastEvaluatedKey?: unknown };
      return { count: answer.Count ?? 0, next: answer.LastEvaluatedKey };
    },

    async itemsPage(page) {
      const answer = (await call(
        `Read items of table '${page.table}'`,
        (sdk) =>
          new sdk.ScanCommand({
            TableName: page.table,
            IndexName: page.index,
            // What was just loaded counts, on every node; an index cannot be read so.
            ConsistentRead: page.index === undefined,
            Segment: page.segment,
            TotalSegments: page.segments,
            ExclusiveStartKey: page.from as never,
          }),
      )) as { Items?: unknown[]; LastEvaluatedKey?: unknown };
      return { items: answer.Items ?? [], next: answer.LastEvaluatedKey };
    },

    async close() {
      if (!connected) return;
      const { client, patient } = await connected;
      client.destroy();
      patient.destroy();
    },
  };
}

type Call = (
  doing: string,
  build: (sdk: Sdk) => unknown,
  patience?: 'client' | 'patient',
) => Promise<unknown>;

async function missingAsUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isNoSuchTable(error)) return undefined;
    throw error;
  }
}
