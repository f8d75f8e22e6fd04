import { validation } from './api-error.js';
import type { ReadItem } from './item-row.js';
import type { JsonText } from './json-text.js';
import { optionalString, type Request } from './request-json.js';

type Members = readonly (readonly [string, JsonText])[];

/** Sizes are those of the JSON text, so units differ from Scylla's for items close to a multiple of the unit. */
const READ_UNIT_BYTES = 4096;
const WRITE_UNIT_BYTES = 1024;

function isAsked(request: Request): boolean {
  const asked = optionalString(request, 'ReturnConsumedCapacity') ?? 'NONE';
  if (asked === 'NONE') return false;
  if (asked !== 'TOTAL' && asked !== 'INDEXES') throw validation(`Unknown consumed capacity ${asked}`);
  return true;
}

const consumed = (units: number): Members => [['ConsumedCapacity', `{"CapacityUnits":${units}}`]];

/** The ConsumedCapacity member of GetItem's answer, when it was asked for. */
export function readConsumption(
  request: Request,
  item: ReadItem | undefined,
  consistency: 'one' | 'quorum',
): Members {
  if (!isAsked(request)) return [];
  const bytes = (item ?? []).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const units = Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
  return consumed(consistency === 'quorum' ? units : units / 2);
}

/** The ConsumedCapacity member of PutItem's answer, when it was asked for. */
export function writeConsumption(request: Request, item: Request): Members {
  if (!isAsked(request)) return [];
  return consumed(Math.max(1, Math.ceil(Buffer.byteLength(JSON.stringify(item)) / WRITE_UNIT_BYTES)));
}
