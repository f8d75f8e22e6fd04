import { onlyWanted, wantedAttributes } from '../answer-items.js';
import { placeholdersOf } from '../expressions/placeholders.js';
import type { Operation } from '../instance.js';
import { itemText } from '../item-row.js';
import { exactKey } from '../item-write.js';
import { objectText } from '../json-text.js';
import { readConsumption } from '../capacity.js';
import { readItem } from '../read-item.js';
import { tableNameOf } from '../request-json.js';
import { askedConsistency } from './read-request.js';

export const getItem: Operation = async (request, { schemas, database }, { access }) => {
  const table = await schemas.get(tableNameOf(request));
  await access.verify('SELECT', table);
  const consistency = askedConsistency(request);
  const key = exactKey(table, request['Key']);
  const placeholders = placeholdersOf(request, 'GetItem');
  const wanted = wantedAttributes(request, placeholders);
  placeholders.verifyAllUsed();

  const item = await readItem(database, table, key, consistency);
  return objectText([
    ...(item === undefined ? [] : [['Item', itemText(onlyWanted(item, wanted))] as const]),
    ...readConsumption(request, item, consistency),
  ]);
};
