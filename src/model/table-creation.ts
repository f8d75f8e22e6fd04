import {
  billingOf,
  type IndexDescription,
  type KeyElement,
  type TableDescription,
  type TableSchema,
  type Tag,
} from './table-schema.js';

/** The input of CreateTable, and what has to be set by calls of its own after the data is there. */
export interface TableCreation {
  readonly input: CreateTableInput;
  /** The attribute that expires items; set last, or the expiry scan deletes while the data is still being loaded. */
  readonly timeToLive: string | undefined;
  /** The stream's view type; switched on last. */
  readonly stream: string | undefined;
}

export interface CreateTableInput {
  readonly TableName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly AttributeDefinitions: readonly AttributeDefinition[];
  readonly BillingMode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  readonly ProvisionedThroughput?: {
    readonly ReadCapacityUnits: number;
    readonly WriteCapacityUnits: number;
  };
  readonly GlobalSecondaryIndexes?: readonly CreateIndexInput[];
  readonly LocalSecondaryIndexes?: readonly CreateIndexInput[];
  readonly Tags?: readonly Tag[];
}

interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: 'S' | 'N' | 'B';
}

interface CreateIndexInput {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: { readonly ProjectionType: 'ALL' };
}

/**
 * Saved answers → the calls that make the same table. DescribeTable cannot be sent back as it is: it shows 0/0 throughput
 * for on-demand tables and would make a provisioned table of 0/0 (recorded api 921), and it holds fields that CreateTable
 * does not take. All indexes go into CreateTable: a local index cannot be added later, and a refresh fills them all.
 * A GSI of a hash key only is shown with a range key that it was not given (api 126); asking for that key makes the
 * very same view.
 */
export function planCreation({ describe, tags, ttl }: TableSchema, tableName: string): TableCreation {
  const globals = (describe.GlobalSecondaryIndexes ?? []).map(indexInput);
  const locals = (describe.LocalSecondaryIndexes ?? []).map(indexInput);
  const keys = [describe, ...globals, ...locals].flatMap(({ KeySchema }) => KeySchema.map(keyElement));
  const used = new Set(keys.map(({ AttributeName }) => AttributeName));

  return {
    input: {
      TableName: tableName,
      KeySchema: describe.KeySchema.map(keyElement),
      // Spurious definitions are refused.
      AttributeDefinitions: describe.AttributeDefinitions.filter(({ AttributeName }) =>
        used.has(AttributeName),
      ).map(({ AttributeName, AttributeType }) => ({ AttributeName, AttributeType })),
      ...billing(describe),
      ...(globals.length > 0 ? { GlobalSecondaryIndexes: globals } : {}),
      ...(locals.length > 0 ? { LocalSecondaryIndexes: locals } : {}),
      ...(tags.length > 0 ? { Tags: tags } : {}),
    },
    timeToLive: ttl.TimeToLiveStatus === 'ENABLED' ? ttl.AttributeName : undefined,
    stream:
      describe.StreamSpecification?.StreamEnabled === true
        ? describe.StreamSpecification.StreamViewType
        : undefined,
  };
}

const keyElement = ({ AttributeName, KeyType }: KeyElement): KeyElement => ({ AttributeName, KeyType });

/** Every projection is ALL in Alternator, whatever was asked for (recorded api 120). */
const indexInput = ({ IndexName, KeySchema }: IndexDescription): CreateIndexInput => ({
  IndexName,
  KeySchema: KeySchema.map(keyElement),
  Projection: { ProjectionType: 'ALL' },
});

/** The server shows 0/0 for on-demand tables, and takes 0/0 for provisioned ones (recorded api 932): the mode decides. */
function billing(
  describe: TableDescription,
): Pick<CreateTableInput, 'BillingMode' | 'ProvisionedThroughput'> {
  const { mode, read, write } = billingOf(describe);
  if (mode === 'PAY_PER_REQUEST') return { BillingMode: mode };
  return { BillingMode: mode, ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write } };
}
