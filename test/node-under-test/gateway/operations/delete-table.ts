import { keyspaceGrants, putBackGrants } from '../grants.js';
import type { Operation } from '../instance.js';
import { objectText } from '../json-text.js';
import { tableNameOf } from '../request-json.js';
import { dropKeyspace } from '../schema-change.js';
import { deletedDescription } from '../table-description.js';

/** The keyspace goes with everything that somebody may have put there by CQL, as with Scylla. */
export const deleteTable: Operation = async (request, instance, { access }) => {
  const name = tableNameOf(request);
  const found = await instance.schemas.get(name);
  await access.verify('DROP', found);
  const { keyspace } = found;
  return instance.state.turns.run(`schema ${keyspace}`, async () => {
    const table = await instance.schemas.get(name);
    const description = deletedDescription(instance, table);
    await instance.beforeDrop(keyspace, [table.table, ...table.indexes.map(({ view }) => view)]);
    const grants = access.role === undefined ? [] : await keyspaceGrants(instance.database, keyspace);
    await instance.change(dropKeyspace(keyspace));
    await putBackGrants(instance.database, keyspace, grants);
    instance.state.remove(keyspace);
    return objectText([['TableDescription', objectText(description)]]);
  });
};
