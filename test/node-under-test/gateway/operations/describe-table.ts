import type { Operation } from '../instance.js';
import { objectText } from '../json-text.js';
import { tableNameOf } from '../request-json.js';
import { tableDescription } from '../table-description.js';

export const describeTable: Operation = async (request, instance) => {
  const table = await instance.schemas.get(tableNameOf(request));
  instance.filling.verifyAlive(table);
  return objectText([['Table', objectText(await tableDescription(instance, table))]]);
};
