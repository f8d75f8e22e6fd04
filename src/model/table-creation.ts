import { creationTags, settableTags, type CreationTarget } from './creation-tags.js';
import {
  billingOf,
  type IndexDescription,
  type KeyElement,
  type TableDescription,
  type TableSchema,
  type Tag,
} from './table-schema.js';
import { rule } from './version-rules.js';

export type { CreationTarget } from './creation-tags.js';

/** The input of CreateTable, and what has to be set by calls of its own after the data is there. */
export interface TableCreation {
  readonly input: CreateTableInput;
  /**
   * The exact tags that the table shall have, where CreateTable had to be given others: untag what is not among them,
   * then tag, for there is room for 50 only. Undefined: CreateTable's are the right ones.
   */
  readonly tagsAfter?: readonly Tag[] | undefined;
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

export interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: 'S' | 'N' | 'B';
}

export interface CreateIndexInput {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: { readonly ProjectionType: 'ALL' };
}

/**
 * Saved answers → the calls that make the same table; what CreateTable takes of them and why is in version-rules.ts
 * (`description-is-no-request` and those after it). Ask creation-problems.ts first: this plans also what would be refused.
 *
 * All indexes go into CreateTable: a local index cannot be added later, no release needs UpdateTable for a global one,
 * and a refresh fills them all.
 *
 * A GSI is made with the keys that are shown. Where one of a hash key only is shown with a range key that it was not given
 * (`hash-only-gsi-shown-with-range`), that is the first key of the base table that it lacks. CreateTable puts a given range
 * key first among the view's clustering keys, and after it the keys of the base table that are still missing, in their
 * order (alternator/executor.cc, create_table_on_shard0): with or without the key, the view is the same, and any release
 * shows it with the range key afterwards, as before (api 923, 924). Leaving it out would show a hash key only on newer
 * releases, and would take away a key that somebody may have asked for.
 *
 * Without a target the tags go as they were saved, and the server decides between vnodes and tablets by them.
 */
export function planCreation(schema: TableSchema, tableName: string, target?: CreationTarget): TableCreation {
  const { describe, tags: saved, ttl } = schema;
  const globals = (describe.GlobalSecondaryIndexes ?? []).map(indexInput);
  const locals = (describe.LocalSecondaryIndexes ?? []).map(indexInput);
  const keys = [describe, ...globals, ...locals].flatMap(({ KeySchema }) => KeySchema.map(keyElement));
  const used = new Set(keys.map(({ AttributeName }) => AttributeName));
  const timeToLive = ttl.TimeToLiveStatus === 'ENABLED' ? ttl.AttributeName : undefined;
  const stream =
    describe.StreamSpecification?.StreamEnabled === true
      ? describe.StreamSpecification.StreamViewType
      : undefined;
  const tags = target
    ? creationTags(saved, target, needsVnodes({ timeToLive, stream }, target))
    : { atCreation: settableTags(saved), after: undefined };

  return {
    input: {
      TableName: tableName,
      KeySchema: describe.KeySchema.map(keyElement),
      // Spurious definitions are refused (`no-spurious-definitions`).
      AttributeDefinitions: describe.AttributeDefinitions.filter(({ AttributeName }) =>
        used.has(AttributeName),
      ).map(({ AttributeName, AttributeType }) => ({ AttributeName, AttributeType })),
      ...billing(describe),
      ...(globals.length > 0 ? { GlobalSecondaryIndexes: globals } : {}),
      ...(locals.length > 0 ? { LocalSecondaryIndexes: locals } : {}),
      ...(tags.atCreation.length > 0 ? { Tags: tags.atCreation } : {}),
    },
    tagsAfter: tags.after,
    timeToLive,
    stream,
  };
}

/** Whether the table can only have been on vnodes, where it is made on a server that refuses on tablets what it has. */
const needsVnodes = (
  { timeToLive, stream }: Pick<TableCreation, 'timeToLive' | 'stream'>,
  { server }: CreationTarget,
): boolean =>
  (stream !== undefined && rule(server, 'streams-refused-on-tablets')) ||
  (timeToLive !== undefined && rule(server, 'ttl-refused-on-tablets'));

const keyElement = ({ AttributeName, KeyType }: KeyElement): KeyElement => ({ AttributeName, KeyType });

/** Every projection is ALL in Alternator, whatever was asked for (`projection-always-all`). */
const indexInput = ({ IndexName, KeySchema }: IndexDescription): CreateIndexInput => ({
  IndexName,
  KeySchema: KeySchema.map(keyElement),
  Projection: { ProjectionType: 'ALL' },
});

/** 0/0 is shown for on-demand tables, and taken for provisioned ones: the mode decides (`throughput-only-when-provisioned`). */
function billing(
  describe: TableDescription,
): Pick<CreateTableInput, 'BillingMode' | 'ProvisionedThroughput'> {
  const { mode, read, write } = billingOf(describe);
  if (mode === 'PAY_PER_REQUEST') return { BillingMode: mode };
  return { BillingMode: mode, ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write } };
}

/** One UpdateTable: it takes one index, and the definitions of that index's keys only (`one-gsi-per-update-table`). */
export interface IndexAddition {
  readonly index: CreateIndexInput;
  readonly definitions: readonly AttributeDefinition[];
}

/** The global indexes that a table has in the first description and lacks in the second. */
export function missingIndexes(saved: TableDescription, live: TableDescription): readonly IndexAddition[] {
  const present = new Set(live.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName));
  return (saved.GlobalSecondaryIndexes ?? [])
    .filter(({ IndexName }) => !present.has(IndexName))
    .map((description) => {
      const index = indexInput(description);
      const keys = new Set(index.KeySchema.map(({ AttributeName }) => AttributeName));
      const definitions = saved.AttributeDefinitions.filter(({ AttributeName }) =>
        keys.has(AttributeName),
      ).map(({ AttributeName, AttributeType }) => ({ AttributeName, AttributeType }));
      return { index, definitions };
    });
}
