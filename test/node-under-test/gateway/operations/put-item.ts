import { validation } from '../api-error.js';
import { writeConsumption } from '../capacity.js';
import type { Operation } from '../instance.js';
import { insertStatement, keyOfItem } from '../item-write.js';
import { objectText } from '../json-text.js';
import { optionalObject, tableNameOf } from '../request-json.js';
import { writeItem } from '../write-item.js';

export const putItem: Operation = async (request, instance, { access }) => {
  const table = await instance.schemas.get(tableNameOf(request));
  await access.verify('MODIFY', table);
  const item = optionalObject(request, 'Item');
  if (item === undefined) throw validation('PutItem needs an Item');
  const key = keyOfItem(table, item);
  const statement = insertStatement(table, item);
  const old = await writeItem(instance, request, 'PutItem', { table, key, statement });
  return objectText([...old, ...writeConsumption(request, item)]);
};
