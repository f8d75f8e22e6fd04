import { storageKeyspace, storageName } from '../../storage-names.js';
import { ApiError, validation } from '../api-error.js';
import { askedThroughput } from '../billing.js';
import { AlreadyThere } from '../database-error.js';
import { grantAll } from '../grants.js';
import { askedIndexes, indexColumns, viewPlan, type AskedIndex, type ViewPlan } from '../index-request.js';
import { indexMade } from '../index-status.js';
import type { Instance, Operation } from '../instance.js';
import { definitionsOf, keySchemaOf, type AskedKey } from '../key-schema.js';
import { verifyTableName } from '../name-rules.js';
import { optionalBoolean, optionalList, optionalObject, tableNameOf, type Request } from '../request-json.js';
import {
  createKeyspace,
  createTable as createTableStatement,
  createView,
  dropKeyspace,
  dropTable,
  dropView,
} from '../schema-change.js';
import { askedStream, streamMembers, verifyStreamAllowed } from '../stream-settings.js';
import type { TableState } from '../state-file.js';
import { asksForTablets, withTags } from '../tag-rules.js';
import { newTimeUuid } from '../time-uuid.js';
import { changedTable } from './changed-table.js';

interface NewTable {
  readonly keyspace: string;
  readonly table: string;
  readonly key: AskedKey;
  readonly indexes: readonly AskedIndex[];
  readonly views: readonly ViewPlan[];
  readonly state: TableState;
}

export const createTable: Operation = async (request, instance, { access }) => {
  const table = newTable(request);
  await access.verifyCreate();
  await instance.state.turns.run(`schema ${table.keyspace}`, () => make(table, instance, access.role));
  return changedTable(request, table.state.id, streamMembers(table.state.stream));
};

/** Everything that can be refused by looking at the request alone. */
function newTable(request: Request): NewTable {
  const name = tableNameOf(request);
  verifyTableName(name);
  const definitions = definitionsOf(optionalList(request, 'AttributeDefinitions'));
  const key = keySchemaOf(request, definitions);
  const provisioned = askedThroughput(request);
  const lists = {
    local: optionalList(request, 'LocalSecondaryIndexes') ?? [],
    global: optionalList(request, 'GlobalSecondaryIndexes') ?? [],
  };
  const indexes = askedIndexes(lists, { table: name, ...key }, definitions);
  definitions.verifyAllUsed();
  const encryption = optionalObject(request, 'SSESpecification');
  if (encryption !== undefined && optionalBoolean(encryption, 'Enabled') === true) {
    throw validation('SSESpecification: configuring encryption-at-rest is not yet supported.');
  }
  const tags = withTags({}, optionalList(request, 'Tags') ?? []);
  const tablets = asksForTablets(tags);
  const stream = askedStream(request);
  if (stream.kind === 'on') verifyStreamAllowed(tablets);

  const plans = indexes.map((index) => ({ index, plan: viewPlan(index, key) }));
  const named = plans.map(({ index, plan: { view, sortedBy } }) => [
    view,
    { name: index.name, kind: index.kind, ...(sortedBy === undefined ? {} : { sortedBy }) },
  ]);
  return {
    keyspace: storageKeyspace(name),
    table: storageName(name),
    key,
    indexes,
    views: plans.map(({ plan }) => plan),
    state: {
      id: newTimeUuid(),
      name,
      tags,
      tablets,
      ...(provisioned === undefined ? {} : { provisioned }),
      ...(stream.kind === 'on' ? { stream: stream.stream } : {}),
      indexes: Object.fromEntries(named) as TableState['indexes'],
    },
  };
}

/** All or nothing, as Scylla makes a table with its indexes in one change: what was made of a failed one is removed. */
async function make(
  { keyspace, table, key, indexes, views, state }: NewTable,
  instance: Instance,
  owner: string | undefined,
): Promise<void> {
  const { database, schemas, datacenter, change } = instance;
  if ((await schemas.find(state.name)) !== undefined) throw alreadyExists(state.name);
  const { rows: keyspaces } = await database.execute(
    'SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?',
    [keyspace],
  );
  const { rows: peers } = await database.execute('SELECT host_id FROM system.peers');

  const undo: string[] = []; // the last change first
  const step = async (statement: string, takenBackBy: string): Promise<void> => {
    await change(statement);
    undo.unshift(takenBackBy);
  };
  const place = { keyspace, table };
  instance.state.write(keyspace, state);
  try {
    if (keyspaces.length === 0) {
      await step(createKeyspace(keyspace, datacenter, peers.length + 1), dropKeyspace(keyspace));
    }
    const columns = indexColumns(indexes, key);
    await step(createTableStatement(place, { id: state.id, key, columns }), dropTable(place));
    for (const view of views) await step(createView(place, view), dropView(keyspace, view.view));
    const made = [table, ...views.map(({ view }) => view)];
    for (const grant of owner === undefined ? [] : grantAll(owner, keyspace, made))
      await database.change(grant);
  } catch (error) {
    instance.state.remove(keyspace);
    for (const statement of undo) await change(statement);
    throw error instanceof AlreadyThere ? alreadyExists(state.name) : error;
  }
  for (const { view } of views) indexMade(state.id, view);
}

const alreadyExists = (name: string): ApiError =>
  new ApiError('ResourceInUseException', `Table ${name} already exists`);
