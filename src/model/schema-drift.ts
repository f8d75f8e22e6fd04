import { canonicalJson } from './canonical-json.js';
import { isReservedTag } from './creation-tags.js';
import { grantTitle, type Grant } from './grant.js';
import { indexFacts, type IndexFacts } from './index-facts.js';
import { optionDifferences, type OptionDifference } from './option-drift.js';
import { NOT_COMPARED } from './schema-exceptions.js';
import type { SchemaRecord } from './schema-record.js';
import { streamDifferences } from './stream-options.js';
import { billingOf, keysOf, type TableDescription, type TableSchema, type Tag } from './table-schema.js';

/**
 * What differs between two schemas, one line for each difference that a person understands (`index ByAge: keys age N HASH →
 * age N HASH, pk S RANGE`); none when they are equal. Parts that one side does not know are not compared; what never is, and
 * why, stands in schema-exceptions.ts.
 */
export function schemaDrift(saved: SchemaRecord, live: SchemaRecord): readonly string[] {
  return [
    ...(saved.alternator && live.alternator ? alternatorDrift(saved.alternator, live.alternator) : []),
    ...layoutDrift(saved, live),
    ...optionDrift('keyspace option', optionDifferences(saved.keyspace, live.keyspace)),
    ...optionDrift('table option', optionDifferences(saved.table, live.table)),
    ...optionDrift('table option', streamDifferences(saved.table, live.table)),
    ...optionDrift('stream log option', optionDifferences(saved.streamLog, live.streamLog)),
    ...[...(saved.views ?? [])].flatMap(([name, options]) =>
      optionDrift(`view ${name}: option`, optionDifferences(options, live.views?.get(name))),
    ),
    ...(saved.byCql && live.byCql ? compare(byCqlFacts(saved.byCql), byCqlFacts(live.byCql)) : []),
    ...columnDrift(saved, live),
    ...(saved.grants && live.grants ? compare(grantFacts(saved.grants), grantFacts(live.grants)) : []),
  ];
}

/**
 * What could not be compared, since one side does not say, or neither does. What servers do not tell at all (grants, and on what
 * a table lies, where both sides are silent) is not counted.
 */
export function notCompared(saved: SchemaRecord, live: SchemaRecord): readonly string[] {
  const parts: readonly (readonly [string, keyof SchemaRecord, 'always told' | 'may be untold'])[] = [
    ['keys, indexes, billing, tags, time to live and stream', 'alternator', 'always told'],
    ['vnodes or tablets', 'tablets', 'may be untold'],
    ['options of the keyspace', 'keyspace', 'always told'],
    ['options of the table', 'table', 'always told'],
    ['options of the views', 'views', 'always told'],
    ['indexes and views of CQL', 'byCql', 'always told'],
    ['columns', 'columns', 'always told'],
    ['grants', 'grants', 'may be untold'],
  ];
  return parts.flatMap(([name, part, kind]) => {
    const [before, after] = [saved[part] === undefined, live[part] === undefined];
    const isUntold = kind === 'always told' ? before || after : before !== after;
    return isUntold ? [name] : [];
  });
}

/** The same for Alternator's own answers alone. */
export function alternatorDrift(saved: TableSchema, live: TableSchema): readonly string[] {
  return [
    ...compare(tableFacts(saved), tableFacts(live)),
    ...indexDrift(indexFacts(saved.describe), indexFacts(live.describe)),
    ...compare(tagFacts(saved.tags), tagFacts(live.tags)),
  ];
}

/** A schema as flat facts: `keys` → `pk S HASH`. */
type Facts = ReadonlyMap<string, string>;

const line = (name: string, before: string | undefined, after: string | undefined): string =>
  `${name} ${before ?? 'none'} → ${after ?? 'none'}`;

function compare(before: Facts, after: Facts): readonly string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => line(name, before.get(name), after.get(name)));
}

/** Members of DescribeTable that have a better name of their own. */
const TOLD_APART = new Set([
  'KeySchema',
  'AttributeDefinitions',
  'BillingModeSummary',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'StreamSpecification',
]);

function tableFacts({ describe, ttl }: TableSchema): Facts {
  const facts = new Map<string, string>();
  facts.set('keys', keysOf(describe, describe.KeySchema));
  facts.set('billing', billing(describe));
  facts.set('time to live', ttl.TimeToLiveStatus === 'ENABLED' ? (ttl.AttributeName ?? 'none') : 'none');
  const stream = describe.StreamSpecification;
  facts.set('stream', stream?.StreamEnabled === true ? (stream.StreamViewType ?? 'on') : 'none');
  // Whatever else a release tells, known here or not: a difference in it is told, too.
  for (const [name, value] of Object.entries(describe)) {
    const text = canonicalJson(value);
    if (!TOLD_APART.has(name) && !(name in NOT_COMPARED) && text !== undefined) facts.set(name, text);
  }
  return facts;
}

function billing(describe: TableDescription): string {
  const { mode, read, write } = billingOf(describe);
  return mode === 'PAY_PER_REQUEST' ? mode : `${mode} ${read}/${write}`;
}

/** Older releases list tags of their own among the user's. */
const tagFacts = (tags: readonly Tag[]): Facts =>
  new Map(tags.filter(({ Key }) => !isReservedTag(Key)).map(({ Key, Value }) => [`tag ${Key}`, Value]));

function indexDrift(
  before: ReadonlyMap<string, IndexFacts>,
  after: ReadonlyMap<string, IndexFacts>,
): readonly string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name) => {
    const [saved, live] = [before.get(name), after.get(name)];
    if (!saved || !live) return [line(`index ${name}:`, saved?.summary, live?.summary)];
    return compare(named(name, saved), named(name, live));
  });
}

const named = (index: string, { members }: IndexFacts): Facts =>
  new Map([...members].map(([member, value]) => [`index ${index}: ${member}`, value]));

const layoutDrift = (saved: SchemaRecord, live: SchemaRecord): readonly string[] =>
  saved.tablets === undefined || live.tablets === undefined || saved.tablets === live.tablets
    ? []
    : [line('layout', layout(saved.tablets), layout(live.tablets))];

const layout = (tablets: boolean): string => (tablets ? 'tablets' : 'vnodes');

const optionDrift = (what: string, differences: readonly OptionDifference[]): readonly string[] =>
  differences.map((each) => line(`${what} ${each.name}`, each.saved, each.live));

/**
 * Keys and indexes are told by the API. What is left is what CQL added or took away; columns of index keys are real ones or
 * not by the release alone (version-rules.ts).
 */
function columnDrift(saved: SchemaRecord, live: SchemaRecord): readonly string[] {
  if (!saved.columns || !live.columns) return [];
  const known = new Set(
    [saved.alternator?.describe, live.alternator?.describe].flatMap((describe) => [
      ...(describe?.KeySchema ?? []).map(({ AttributeName }) => AttributeName),
      ...[...indexFacts(describe).values()].flatMap(({ attributes }) => attributes),
    ]),
  );
  const facts = (columns: NonNullable<SchemaRecord['columns']>): Facts =>
    new Map(
      columns
        .filter(({ name }) => !known.has(name))
        .map(({ name, type, kind }) => [`column ${name}:`, `${type} ${kind}`]),
    );
  return compare(facts(saved.columns), facts(live.columns));
}

const byCqlFacts = (names: readonly string[]): Facts =>
  new Map(names.map((name) => [`index or view ${name} of CQL:`, 'there']));

const grantFacts = (grants: readonly Grant[]): Facts =>
  new Map(grants.map((grant) => [`grants of ${grantTitle(grant)}:`, grant.permissions.join(', ')]));
