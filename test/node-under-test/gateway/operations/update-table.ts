import { validation } from '../api-error.js';
import { askedThroughput } from '../billing.js';
import type { Instance, Operation } from '../instance.js';
import { optionalList, optionalString, tableNameOf, type Request } from '../request-json.js';
import { askedStream, streamMembers, verifyStreamAllowed, type AskedStream } from '../stream-settings.js';
import type { TableSchema } from '../table-schema.js';
import type { TableState } from '../state-file.js';
import { changedTable } from './changed-table.js';
import { askedIndexChange, createIndex, deleteIndex } from './index-change.js';

const UNSUPPORTED = ['ProvisionedThroughput', 'ReplicaUpdates', 'SSESpecification'];

export const updateTable: Operation = async (request, instance, { access }) => {
  const name = tableNameOf(request);
  const unsupported = UNSUPPORTED.find((member) => request[member] !== undefined);
  if (unsupported !== undefined) throw validation(`${unsupported} not supported`);
  const found = await instance.schemas.get(name);
  await access.verify('ALTER', found);
  return instance.state.turns.run(`schema ${found.keyspace}`, async () => {
    const table = await instance.schemas.get(name);
    await update(request, instance, table);
    return changedTable(request, table.id, streamMembers(instance.state.read(table).stream));
  });
};

/** Everything is checked before anything is done: a request may hold a stream setting and an index. */
async function update(request: Request, instance: Instance, table: TableSchema): Promise<void> {
  const billing = optionalString(request, 'BillingMode');
  const indexUpdates = optionalList(request, 'GlobalSecondaryIndexUpdates') ?? [];
  const stream = askedStream(request);
  if (billing === undefined && stream.kind === 'unchanged' && indexUpdates.length === 0) {
    throw validation(
      'UpdateTable requires one of GlobalSecondaryIndexUpdates, StreamSpecification or BillingMode to be specified',
    );
  }
  if (billing !== undefined) askedThroughput(request); // checked, but changes nothing (recorded api 607, 608)
  const before = instance.state.read(table);
  if (stream.kind === 'on') verifyStreamAllowed(before.tablets);
  const change = indexUpdates.length === 0 ? undefined : askedIndexChange(request, indexUpdates, table);

  if (stream.kind !== 'unchanged') instance.state.write(table.keyspace, withStream(before, stream));
  if (change?.kind === 'create') await createIndex(instance, table, change);
  if (change?.kind === 'delete') await deleteIndex(instance, table, change.index);
}

function withStream(state: TableState, asked: AskedStream): TableState {
  if (asked.kind === 'on') return { ...state, stream: asked.stream };
  const { stream, ...rest } = state;
  return stream === undefined ? state : rest;
}
