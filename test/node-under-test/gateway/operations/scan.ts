import { validation } from '../api-error.js';
import { answerOfPage, selectionOf } from '../answer-items.js';
import { placeholdersOf } from '../expressions/placeholders.js';
import type { Operation } from '../instance.js';
import { itemReader } from '../item-row.js';
import { readPage } from '../read-page.js';
import { optionalInteger, tableNameOf, type Request } from '../request-json.js';
import { scanSources, segmentOfRing, WHOLE_RING, type TokenRange } from '../row-source.js';
import { askedConsistency, askedIndex, askedLimit, askedStart } from './read-request.js';

const MOST_SEGMENTS = 1_000_000;

export const scan: Operation = async (request, { schemas, database }, { access }) => {
  const table = await schemas.get(tableNameOf(request));
  const index = askedIndex(request, table);
  await access.verify('SELECT', table, index);
  const consistency = askedConsistency(request, index);
  const limit = askedLimit(request);
  const tokens = askedTokens(request);
  const placeholders = placeholdersOf(request, 'Scan');
  const selection = selectionOf(request, placeholders);
  placeholders.verifyAllUsed();

  const reader = itemReader(table, index);
  const sources = scanSources(reader, tokens, askedStart(request, reader));
  return answerOfPage(await readPage(database, reader, sources, { limit, consistency }), selection);
};

function askedTokens(request: Request): TokenRange {
  const segment = optionalInteger(request, 'Segment');
  const total = optionalInteger(request, 'TotalSegments');
  if (segment === undefined && total === undefined) return WHOLE_RING;
  if (segment === undefined || total === undefined) {
    throw validation('Both attributes "Segment" and "TotalSegments" must be given for a parallel scan');
  }
  if (total < 1 || total > MOST_SEGMENTS)
    throw validation(`TotalSegments must be between 1 and ${MOST_SEGMENTS}`);
  if (segment < 0 || segment >= total)
    throw validation('Segment must be non-negative and less than TotalSegments');
  return segmentOfRing(segment, total);
}
