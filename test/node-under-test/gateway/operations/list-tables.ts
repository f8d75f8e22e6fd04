import { validation } from '../api-error.js';
import type { Operation } from '../instance.js';
import { jsonText, objectText } from '../json-text.js';
import { optionalInteger, optionalString } from '../request-json.js';

const MOST = 100;

/**
 * Pages by the position of a name: when the table of ExclusiveStartTableName has gone meanwhile, the rest of the list is
 * lost, as with Scylla (recorded api 826).
 */
export const listTables: Operation = async (request, { schemas }) => {
  const limit = optionalInteger(request, 'Limit') ?? MOST;
  if (limit < 1 || limit > MOST) throw validation(`Limit must be greater than 0 and no greater than ${MOST}`);
  const start = optionalString(request, 'ExclusiveStartTableName');

  const names = await schemas.names();
  const position = start === undefined ? 0 : names.indexOf(start) + 1;
  const rest = start !== undefined && position === 0 ? [] : names.slice(position);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return objectText([
    ['TableNames', jsonText(page)],
    ...(last !== undefined && rest.length > page.length
      ? [['LastEvaluatedTableName', jsonText(last)] as const]
      : []),
  ]);
};
