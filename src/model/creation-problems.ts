import { tabletsByTags, type CreationTarget } from './creation-tags.js';
import { spokenVersion } from './server-version.js';
import { planCreation, type TableCreation } from './table-creation.js';
import type { TableSchema } from './table-schema.js';
import { rule } from './version-rules.js';

/** Where a table will be made. What is left out is not judged, or by the server's own rough words (racks without nodes). */
export interface CreationPlace extends CreationTarget {
  /** Racks with data, in each data centre; of several the one whose number is furthest from 3. */
  readonly racks?: number | undefined;
  /** Nodes of the ring: three and more make three copies of every table, fewer make one. */
  readonly nodes?: number | undefined;
}

/** A name of the data directory that holds a table, a view or a stream's log (rule `names-up-to-222`). */
const LONGEST_INTERNAL_NAME = 222;
const STREAM_LOG = '_scylla_cdc_log';

/**
 * Why CreateTable, or a call that must follow it, would refuse this table on that server: one sentence each, none where it
 * can be made. To be asked before the old table is touched. What only the server knows is not among them:
 * `tablets_mode_for_new_keyspaces: enforced`, `rf_rack_valid_keyspaces`, experimental features, permissions. Write isolation
 * is not either (rule `lwt-fails-on-tablets`).
 */
export function creationProblems(
  schema: TableSchema,
  tableName: string,
  place: CreationPlace,
): readonly string[] {
  const creation = planCreation(schema, tableName, place);
  return [
    ...nameProblems(creation, place),
    ...keyProblems(creation, place),
    ...tabletProblems(creation, place),
    ...vectorProblems(schema, tableName),
  ];
}

function nameProblems({ input, stream }: TableCreation, { server }: CreationPlace): readonly string[] {
  const { TableName: name, GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = input;
  const problems: string[] = [];
  const longest = rule(server, 'names-up-to-222') ? LONGEST_INTERNAL_NAME : 192;
  if (name.length > longest) {
    problems.push(
      `'${name}' has ${name.length} characters, and this server (${spokenVersion(server)}) takes ${longest} at most`,
    );
  }
  for (const { between, indexes } of [
    { between: ':', indexes: GlobalSecondaryIndexes },
    { between: '!:', indexes: LocalSecondaryIndexes },
  ]) {
    const most = LONGEST_INTERNAL_NAME - between.length;
    for (const { IndexName } of indexes) {
      if (name.length + IndexName.length > most)
        problems.push(
          `'${name}' and its index '${IndexName}' have more than ${most} characters together, which no server takes`,
        );
    }
  }
  const mostWithStream = LONGEST_INTERNAL_NAME - STREAM_LOG.length;
  if (stream !== undefined && name.length > mostWithStream) {
    problems.push(
      `'${name}' has ${name.length} characters, and a table with a stream may have ${mostWithStream} at most`,
    );
  }
  return problems;
}

function keyProblems({ input }: TableCreation, { server }: CreationPlace): readonly string[] {
  const { TableName: name, GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = input;
  const problems: string[] = [];
  const defined = new Set(input.AttributeDefinitions.map(({ AttributeName }) => AttributeName));
  const keys = [input, ...GlobalSecondaryIndexes, ...LocalSecondaryIndexes].flatMap(
    ({ KeySchema }) => KeySchema,
  );
  for (const key of new Set(keys.map(({ AttributeName }) => AttributeName))) {
    if (!defined.has(key)) problems.push(`the saved schema of '${name}' has no type for its key '${key}'`);
  }
  for (const { IndexName, KeySchema } of GlobalSecondaryIndexes) {
    if (KeySchema.length > 2 && !rule(server, 'composite-gsi-keys')) {
      problems.push(
        `index '${IndexName}' of '${name}' has ${KeySchema.length} keys, and this server (${spokenVersion(server)}) takes two at most`,
      );
    }
  }
  return problems;
}

function tabletProblems(
  { input, stream, timeToLive }: TableCreation,
  place: CreationPlace,
): readonly string[] {
  const { server } = place;
  const refuses = `which this server (${spokenVersion(server)}) refuses`;
  if (place.tablets === true && !rule(server, 'tablets-exist')) {
    return [`'${input.TableName}' was on tablets, and this server (${spokenVersion(server)}) has none`];
  }
  if (tabletsByTags(input.Tags ?? [], server) !== true) return [];

  const onTablets = `'${input.TableName}' belongs on tablets`;
  const problems: string[] = [];
  if (stream !== undefined && rule(server, 'streams-refused-on-tablets'))
    problems.push(`${onTablets} and has a stream, ${refuses}`);
  if (timeToLive !== undefined && rule(server, 'ttl-refused-on-tablets'))
    problems.push(`${onTablets} and expires items by '${timeToLive}', ${refuses}`);
  const indexed = input.GlobalSecondaryIndexes !== undefined || input.LocalSecondaryIndexes !== undefined;
  if (indexed && rule(server, 'indexes-on-tablets-need-racks') && !racksFit(place)) {
    problems.push(
      `${onTablets} and has indexes, ${refuses} in a data centre of ${place.racks} racks: it must be 1 or 3, and 3 where there are three nodes or more`,
    );
  }
  return problems;
}

/** Copies are 1 with fewer than three nodes, else 3, and must be 1 or as many as racks. */
function racksFit({ racks, nodes }: CreationPlace): boolean {
  if (racks === undefined) return true;
  if (nodes === undefined) return racks === 1 || racks === 3;
  return nodes < 3 || racks === 3;
}

/** Known since 2026.2 (`VectorIndexes` of DescribeTable). Nobody has loaded a table with one yet, so none is promised. */
function vectorProblems({ describe }: TableSchema, tableName: string): readonly string[] {
  const indexes = describe['VectorIndexes'];
  if (!Array.isArray(indexes) || indexes.length === 0) return [];
  return [`'${tableName}' has ${indexes.length} vector index(es), which cannot be made again yet`];
}
