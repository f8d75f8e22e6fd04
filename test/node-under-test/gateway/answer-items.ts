import { validation } from './api-error.js';
import type { Condition } from './expressions/condition.js';
import { holds } from './expressions/evaluate.js';
import { parseCondition, parsePaths } from './expressions/parse.js';
import type { Placeholders } from './expressions/placeholders.js';
import { itemText, type ReadItem } from './item-row.js';
import { jsonText, listText, objectText, type JsonText } from './json-text.js';
import type { ItemPage } from './read-page.js';
import { optionalList, optionalString, refuseMembers, type Request } from './request-json.js';

/** What is done with items between the database and the answer. */
export interface Selection {
  readonly filter: Condition | undefined;
  readonly attributes: ReadonlySet<string> | undefined;
  readonly countOnly: boolean;
}

const SELECTS: ReadonlySet<string> = new Set([
  'ALL_ATTRIBUTES',
  'ALL_PROJECTED_ATTRIBUTES',
  'SPECIFIC_ATTRIBUTES',
  'COUNT',
]);

export function selectionOf(request: Request, placeholders: Placeholders): Selection {
  refuseMembers(request, ['ScanFilter', 'QueryFilter', 'ConditionalOperator']);
  const filter = optionalString(request, 'FilterExpression');
  const select = optionalString(request, 'Select');
  if (select !== undefined && !SELECTS.has(select)) throw validation(`Unknown Select value '${select}'`);
  return {
    filter: filter === undefined ? undefined : parseCondition(filter, 'FilterExpression', placeholders),
    attributes: wantedAttributes(request, placeholders),
    countOnly: select === 'COUNT',
  };
}

/** Names of the attributes to be shown, or undefined for all of them. */
export function wantedAttributes(
  request: Request,
  placeholders: Placeholders,
): ReadonlySet<string> | undefined {
  const projection = optionalString(request, 'ProjectionExpression');
  const names = optionalList(request, 'AttributesToGet');
  if (projection === undefined) return names === undefined ? undefined : new Set(names.map(String));
  if (names !== undefined) throw validation('Cannot use both ProjectionExpression and AttributesToGet');
  const paths = parsePaths(projection, 'ProjectionExpression', placeholders);
  if (paths.some((path) => path.length > 1)) {
    throw validation('Paths into documents are not supported by the gateway of the node under test');
  }
  return new Set(paths.map(([attribute]) => attribute));
}

export const onlyWanted = (item: ReadItem, wanted: ReadonlySet<string> | undefined): ReadItem =>
  wanted === undefined ? item : item.filter(([name]) => wanted.has(name));

/** The answer of Query and Scan. */
export function answerOfPage(page: ItemPage, { filter, attributes, countOnly }: Selection): JsonText {
  const items = page.rows
    .map(({ item }) => item)
    .filter((item) => filter === undefined || holds(filter, item));
  return objectText([
    ['Count', jsonText(items.length)],
    ['ScannedCount', jsonText(page.rows.length)],
    ...(page.lastKey === undefined ? [] : [['LastEvaluatedKey', page.lastKey] as const]),
    ...(countOnly
      ? []
      : [['Items', listText(items.map((item) => itemText(onlyWanted(item, attributes))))] as const]),
  ]);
}
