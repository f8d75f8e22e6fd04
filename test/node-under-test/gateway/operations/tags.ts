import { ApiError, validation } from '../api-error.js';
import type { Instance, Operation } from '../instance.js';
import { jsonText, objectText } from '../json-text.js';
import { optionalList, optionalString, type Request } from '../request-json.js';
import { withTags } from '../tag-rules.js';
import type { TableSchema } from '../table-schema.js';
import { compareUtf8 } from '../utf8-order.js';

const ARN = /^arn:scylla:alternator:alternator_([^:]+):scylla:table\/(.+)$/;

async function askedTable(request: Request, { schemas }: Instance): Promise<TableSchema> {
  const [, keyspace, name] = ARN.exec(optionalString(request, 'ResourceArn') ?? '') ?? [];
  const table = name === undefined || keyspace !== name ? undefined : await schemas.find(name);
  if (table === undefined) throw new ApiError('AccessDeniedException', 'Incorrect resource identifier');
  return table;
}

/** Answers without a body, as Scylla does. */
export const tagResource: Operation = async (request, instance, { access }) => {
  const table = await askedTable(request, instance);
  await access.verify('ALTER', table);
  const list = optionalList(request, 'Tags') ?? [];
  if (list.length === 0) throw validation('The number of tags must be at least 1');
  const state = instance.state.read(table);
  instance.state.write(table.keyspace, { ...state, tags: withTags(state.tags, list) });
  return '';
};

export const untagResource: Operation = async (request, instance, { access }) => {
  const table = await askedTable(request, instance);
  await access.verify('ALTER', table);
  if (!Array.isArray(request['TagKeys'])) throw validation('Cannot parse tag keys');
  const gone = new Set<unknown>(request['TagKeys']);
  const state = instance.state.read(table);
  const tags = Object.fromEntries(Object.entries(state.tags).filter(([key]) => !gone.has(key)));
  instance.state.write(table.keyspace, { ...state, tags });
  return '';
};

/** All at once and sorted; NextToken is neither read nor given (recorded api 419, 420). */
export const listTagsOfResource: Operation = async (request, instance) => {
  const table = await askedTable(request, instance);
  const tags = Object.entries(instance.state.read(table).tags)
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([Key, Value]) => ({ Key, Value }));
  return objectText([['Tags', jsonText(tags)]]);
};
