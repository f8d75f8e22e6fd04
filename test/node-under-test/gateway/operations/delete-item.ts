import { writeConsumption } from '../capacity.js';
import type { Operation } from '../instance.js';
import { deleteStatement, exactKey } from '../item-write.js';
import { objectText } from '../json-text.js';
import { tableNameOf } from '../request-json.js';
import { writeItem } from '../write-item.js';

export const deleteItem: Operation = async (request, instance, { access }) => {
  const table = await instance.schemas.get(tableNameOf(request));
  await access.verify('MODIFY', table);
  const key = exactKey(table, request['Key']);
  const statement = deleteStatement(table, key);
  const old = await writeItem(instance, request, 'DeleteItem', { table, key, statement });
  return objectText([...old, ...writeConsumption(request, {})]);
};
