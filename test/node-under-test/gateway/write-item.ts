import { ApiError, validation } from './api-error.js';
import type { Condition } from './expressions/condition.js';
import { holds } from './expressions/evaluate.js';
import { parseCondition } from './expressions/parse.js';
import { placeholdersOf } from './expressions/placeholders.js';
import type { Instance } from './instance.js';
import { itemText, type ReadItem } from './item-row.js';
import { keyIdentity, type ItemKey, type Statement } from './item-write.js';
import type { JsonText } from './json-text.js';
import { readItem } from './read-item.js';
import { optionalString, refuseMembers, type Request } from './request-json.js';
import type { TableSchema } from './table-schema.js';
import { verifyReadModifyWrite } from './write-isolation.js';

export interface ItemWrite {
  readonly table: TableSchema;
  readonly key: ItemKey;
  readonly statement: Statement;
}

export const execute = async ({ database }: Instance, { query, parameters }: Statement): Promise<void> => {
  await database.execute(query, parameters, { consistency: 'quorum' });
};

/**
 * Writes one item as the request says: perhaps only under a condition, perhaps answering with the old item. Both look at
 * the old item first; writes to the same key then take turns. Resolves to the Attributes member of the answer.
 */
export async function writeItem(
  instance: Instance,
  request: Request,
  operation: string,
  { table, key, statement }: ItemWrite,
): Promise<readonly (readonly [string, JsonText])[]> {
  refuseMembers(request, ['Expected', 'ConditionalOperator']);
  const condition = askedCondition(request, operation);
  const wantsOld = asksForOld(request, operation);
  if (condition === undefined && !wantsOld) {
    await execute(instance, statement);
    return [];
  }
  verifyReadModifyWrite(instance.state.read(table));
  return instance.state.turns.run(`item ${table.id} ${keyIdentity(key)}`, async () => {
    const old = await readItem(instance.database, table, key, 'quorum');
    if (condition !== undefined && !holds(condition, old ?? [])) throw conditionFailed();
    await execute(instance, statement);
    return wantsOld && old !== undefined ? [attributes(old)] : [];
  });
}

const attributes = (old: ReadItem): readonly [string, JsonText] => ['Attributes', itemText(old)];

const conditionFailed = (): ApiError =>
  new ApiError('ConditionalCheckFailedException', 'The conditional request failed');

function askedCondition(request: Request, operation: string): Condition | undefined {
  const text = optionalString(request, 'ConditionExpression');
  const placeholders = placeholdersOf(request, operation);
  const condition =
    text === undefined ? undefined : parseCondition(text, 'ConditionExpression', placeholders);
  placeholders.verifyAllUsed();
  return condition;
}

function asksForOld(request: Request, operation: string): boolean {
  const asked = optionalString(request, 'ReturnValues') ?? 'NONE';
  if (asked !== 'NONE' && asked !== 'ALL_OLD') {
    throw validation(`${operation} supports only NONE or ALL_OLD for ReturnValues`);
  }
  return asked === 'ALL_OLD';
}
