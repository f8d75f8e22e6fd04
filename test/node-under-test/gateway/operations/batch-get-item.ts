import { validation } from '../api-error.js';
import { onlyWanted, wantedAttributes } from '../answer-items.js';
import { placeholdersOf } from '../expressions/placeholders.js';
import type { Instance, Operation } from '../instance.js';
import { itemText } from '../item-row.js';
import { exactKey, keyIdentity } from '../item-write.js';
import { listText, objectText, type JsonText } from '../json-text.js';
import { readItem } from '../read-item.js';
import { objectOf, optionalList, optionalObject, type Request } from '../request-json.js';
import type { TableSchema } from '../table-schema.js';
import { askedConsistency } from './read-request.js';

/** Any number of keys is taken (recorded api 548). Scylla answers in the order of a hash table, we in that of the keys. */
export const batchGetItem: Operation = async (request, instance, { access }) => {
  const tables = optionalObject(request, 'RequestItems');
  if (tables === undefined) throw validation('BatchGetItem needs RequestItems');
  const answers: (readonly [string, JsonText])[] = [];
  for (const [name, asked] of Object.entries(tables)) {
    const table = await instance.schemas.get(name);
    await access.verify('SELECT', table);
    answers.push([name, listText(await readTable(instance, table, objectOf(asked)))]);
  }
  return objectText([
    ['Responses', objectText(answers)],
    ['UnprocessedKeys', '{}'],
  ]);
};

async function readTable(
  { database }: Instance,
  table: TableSchema,
  asked: Request,
): Promise<readonly JsonText[]> {
  const consistency = askedConsistency(asked);
  const placeholders = placeholdersOf(asked, 'BatchGetItem');
  const wanted = wantedAttributes(asked, placeholders);
  placeholders.verifyAllUsed();
  const keys = (optionalList(asked, 'Keys') ?? []).map((key) => exactKey(table, key));
  if (new Set(keys.map(keyIdentity)).size !== keys.length) {
    throw validation('Provided list of item keys contains duplicates');
  }
  const items = await Promise.all(keys.map((key) => readItem(database, table, key, consistency)));
  return items.flatMap((item) => (item === undefined ? [] : [itemText(onlyWanted(item, wanted))]));
}
