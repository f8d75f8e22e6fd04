import { answerOfPage, selectionOf } from '../answer-items.js';
import { keyColumnValue } from '../column-value.js';
import { placeholdersOf } from '../expressions/placeholders.js';
import type { Operation } from '../instance.js';
import { itemReader } from '../item-row.js';
import { keyCondition } from '../key-condition.js';
import { keyRange } from '../key-range.js';
import { readPage } from '../read-page.js';
import { optionalBoolean, optionalObject, tableNameOf } from '../request-json.js';
import { partitionSources } from '../row-source.js';
import { querySorted } from '../sorted-index.js';
import { askedConsistency, askedIndex, askedLimit, askedStart } from './read-request.js';

export const query: Operation = async (request, { schemas, database }, { access }) => {
  const table = await schemas.get(tableNameOf(request));
  const index = askedIndex(request, table);
  await access.verify('SELECT', table, index);
  const consistency = askedConsistency(request, index);
  const limit = askedLimit(request);
  const forward = optionalBoolean(request, 'ScanIndexForward') ?? true;
  const placeholders = placeholdersOf(request, 'Query');
  const { hash, range } = index ?? table;
  const condition = keyCondition(request, { hash, range }, placeholders);
  const selection = selectionOf(request, placeholders);
  placeholders.verifyAllUsed();

  const reader = itemReader(table, index);
  if (index?.sortedByGateway === true) {
    const start = optionalObject(request, 'ExclusiveStartKey');
    return answerOfPage(
      await querySorted(database, reader, index, { condition, forward, start, limit }),
      selection,
    );
  }
  const sources = partitionSources(reader, {
    hash: keyColumnValue(hash, condition.hash),
    range: condition.range && range ? keyRange(range, condition.range) : {},
    forward,
    start: askedStart(request, reader),
  });
  return answerOfPage(await readPage(database, reader, sources, { limit, consistency }), selection);
};
