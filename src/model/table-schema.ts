import { z } from 'zod';

/**
 * What Alternator said of a table, in its own words: the raw answers of DescribeTable (its `Table`), ListTagsOfResource
 * (all `Tags`) and DescribeTimeToLive (its `TimeToLiveDescription`). Kept unchanged in a backup, so that a bug in a
 * conversion never needs a new backup. Only what the tool itself reads is named; everything else passes through.
 */
const keyElement = z.looseObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) });

const index = z.looseObject({
  IndexName: z.string(),
  KeySchema: z.array(keyElement),
  Projection: z.looseObject({ ProjectionType: z.string().optional() }).optional(),
  IndexStatus: z.string().optional(),
});

const description = z.looseObject({
  TableName: z.string(),
  TableStatus: z.string().optional(),
  TableArn: z.string().optional(),
  TableId: z.string().optional(),
  KeySchema: z.array(keyElement),
  AttributeDefinitions: z.array(
    z.looseObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  BillingModeSummary: z.looseObject({ BillingMode: z.string().optional() }).optional(),
  ProvisionedThroughput: z
    .looseObject({ ReadCapacityUnits: z.number().optional(), WriteCapacityUnits: z.number().optional() })
    .optional(),
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  StreamSpecification: z
    .looseObject({ StreamEnabled: z.boolean().optional(), StreamViewType: z.string().optional() })
    .optional(),
});

const tag = z.object({ Key: z.string(), Value: z.string() });

const timeToLive = z.looseObject({
  TimeToLiveStatus: z.string().optional(),
  AttributeName: z.string().optional(),
});

const tableSchema = z.object({ describe: description, tags: z.array(tag), ttl: timeToLive });

export type TableDescription = z.infer<typeof description>;
export type IndexDescription = z.infer<typeof index>;
export type KeyElement = z.infer<typeof keyElement>;
export type Tag = z.infer<typeof tag>;
export type TimeToLive = z.infer<typeof timeToLive>;
export type TableSchema = z.infer<typeof tableSchema>;

/** Rejects answers that no Alternator gives. */
export const parseTableSchema = (value: unknown): TableSchema => tableSchema.parse(value);

/** The file `alternator_schema.json`, in the shape that Scylla Manager uses (backupspec/schema.go). */
const schemaFile = z.object({ tables: z.array(tableSchema) });

export const renderSchemaFile = (schema: TableSchema): string =>
  `${JSON.stringify({ tables: [schema] }, null, 2)}\n`;

/** Throws when the text is not such a file of exactly one table. */
export function parseSchemaFile(text: string): TableSchema {
  const { tables } = schemaFile.parse(JSON.parse(text));
  const [only, ...others] = tables;
  if (only === undefined || others.length > 0)
    throw new Error(`it describes ${tables.length} tables, not one`);
  return only;
}

export interface Billing {
  readonly mode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  readonly read: number;
  readonly write: number;
}

/** How a table is billed; without a summary only a throughput above zero speaks for a provisioned one. */
export function billingOf(describe: TableDescription): Billing {
  const { ReadCapacityUnits: read = 0, WriteCapacityUnits: write = 0 } = describe.ProvisionedThroughput ?? {};
  const named = describe.BillingModeSummary?.BillingMode;
  const provisioned = named === undefined ? read > 0 || write > 0 : named === 'PROVISIONED';
  return { mode: provisioned ? 'PROVISIONED' : 'PAY_PER_REQUEST', read, write };
}

/** Keys as people read them: `pk S HASH, sk N RANGE`. */
export function keysOf({ AttributeDefinitions }: TableDescription, elements: readonly KeyElement[]): string {
  const types = new Map(AttributeDefinitions.map((each) => [each.AttributeName, each.AttributeType]));
  return elements
    .map(({ AttributeName, KeyType }) => `${AttributeName} ${types.get(AttributeName) ?? '?'} ${KeyType}`)
    .join(', ');
}
