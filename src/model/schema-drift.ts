import {
  billingOf,
  type IndexDescription,
  type KeyElement,
  type TableDescription,
  type TableSchema,
} from './table-schema.js';

/** A schema as flat facts: `index ByAge: keys` → `age HASH, pk RANGE`. Two tables are alike when their facts are equal. */
type Facts = ReadonlyMap<string, string>;

/**
 * What differs between two schemas, one line each (`index ByAge: keys age HASH → age HASH, pk RANGE`); none when they
 * are alike. Not compared, since no restore can bring them back: TableId, ARNs, stream labels, dates, statuses,
 * sizes and counts.
 */
export function schemaDrift(saved: TableSchema, live: TableSchema): readonly string[] {
  const before = factsOf(saved);
  const after = factsOf(live);
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name} ${before.get(name) ?? 'none'} → ${after.get(name) ?? 'none'}`);
}

function factsOf({ describe, tags, ttl }: TableSchema): Facts {
  const facts = new Map<string, string>();
  const types = new Map(
    describe.AttributeDefinitions.map((each) => [each.AttributeName, each.AttributeType]),
  );
  const keys = (elements: readonly KeyElement[]) =>
    elements
      .map(({ AttributeName, KeyType }) => `${AttributeName} ${types.get(AttributeName) ?? '?'} ${KeyType}`)
      .join(', ');
  const indexes = (kind: string, list: readonly IndexDescription[] | undefined) => {
    for (const { IndexName, KeySchema, Projection } of list ?? []) {
      facts.set(`${kind} index ${IndexName}: keys`, keys(KeySchema));
      facts.set(`${kind} index ${IndexName}: projection`, Projection?.ProjectionType ?? 'none');
    }
  };

  facts.set('keys', keys(describe.KeySchema));
  indexes('global', describe.GlobalSecondaryIndexes);
  indexes('local', describe.LocalSecondaryIndexes);
  facts.set('billing', billing(describe));
  for (const { Key, Value } of tags) facts.set(`tag ${Key}`, Value);
  facts.set('time to live', ttl.TimeToLiveStatus === 'ENABLED' ? (ttl.AttributeName ?? 'none') : 'none');
  const stream = describe.StreamSpecification;
  facts.set('stream', stream?.StreamEnabled === true ? (stream.StreamViewType ?? 'on') : 'none');
  return facts;
}

function billing(describe: TableDescription): string {
  const { mode, read, write } = billingOf(describe);
  return mode === 'PAY_PER_REQUEST' ? mode : `${mode} ${read}/${write}`;
}
