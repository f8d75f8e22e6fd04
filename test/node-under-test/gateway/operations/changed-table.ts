import { jsonText, objectText, type JsonText } from '../json-text.js';
import type { Request } from '../request-json.js';
import { nowInSeconds } from '../table-description.js';

/**
 * What CreateTable and UpdateTable answer: the request itself, then what is new. Members that are in both come twice, as
 * Scylla sends them (recorded api 135, 921).
 */
export const changedTable = (
  request: Request,
  id: string,
  stream: readonly (readonly [string, JsonText])[],
): JsonText =>
  objectText([
    [
      'TableDescription',
      objectText([
        ...Object.entries(request).map(([name, value]) => [name, JSON.stringify(value)] as const),
        ['CreationDateTime', jsonText(nowInSeconds())],
        ['TableStatus', jsonText('ACTIVE')],
        ['TableId', jsonText(id)],
        ...stream,
      ]),
    ],
  ]);
