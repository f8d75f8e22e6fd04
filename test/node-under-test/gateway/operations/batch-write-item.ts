import { validation } from '../api-error.js';
import type { Operation } from '../instance.js';
import {
  deleteStatement,
  exactKey,
  insertStatement,
  keyIdentity,
  keyOfItem,
  type Statement,
} from '../item-write.js';
import { objectOf, optionalObject, type Request } from '../request-json.js';
import type { TableSchema } from '../table-schema.js';
import { execute } from '../write-item.js';

/** Any number of writes is taken: Scylla does not enforce the 25 of DynamoDB (recorded api 541, 542). */
export const batchWriteItem: Operation = async (request, instance, { access }) => {
  const tables = optionalObject(request, 'RequestItems');
  if (tables === undefined) throw validation('BatchWriteItem needs RequestItems');
  const statements: Statement[] = [];
  for (const [name, requests] of Object.entries(tables)) {
    const table = await instance.schemas.get(name);
    await access.verify('MODIFY', table);
    if (!Array.isArray(requests))
      throw validation(`BatchWriteItem needs a list of requests for table ${name}`);
    statements.push(...statementsOf(table, requests));
  }
  await Promise.all(statements.map((statement) => execute(instance, statement)));
  return '{"UnprocessedItems":{}}';
};

function statementsOf(table: TableSchema, requests: readonly unknown[]): readonly Statement[] {
  const keys = new Set<string>();
  const once = (identity: string): void => {
    if (keys.has(identity)) throw validation('Provided list of item keys contains duplicates');
    keys.add(identity);
  };
  return requests.map((entry) => {
    const { put, key } = writeOf(objectOf(entry));
    if (put !== undefined) {
      once(keyIdentity(keyOfItem(table, put)));
      return insertStatement(table, put);
    }
    const exact = exactKey(table, key);
    once(keyIdentity(exact));
    return deleteStatement(table, exact);
  });
}

function writeOf(entry: Request): { readonly put?: Request; readonly key?: unknown } {
  const put = optionalObject(entry, 'PutRequest');
  if (put !== undefined) return { put: objectOf(put['Item']) };
  const remove = optionalObject(entry, 'DeleteRequest');
  if (remove !== undefined) return { key: remove['Key'] };
  throw validation(`Unknown BatchWriteItem request type: ${Object.keys(entry)[0] ?? ''}`);
}
