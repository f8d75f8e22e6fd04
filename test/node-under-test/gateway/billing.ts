import { validation } from './api-error.js';
import type { JsonText } from './json-text.js';
import { optionalInteger, optionalObject, optionalString, type Request } from './request-json.js';
import type { TableState } from './state-file.js';

/** The throughput of a PROVISIONED table, or undefined for one on demand (recorded api 113 to 118, 235, 932). */
export function askedThroughput(request: Request): TableState['provisioned'] {
  const mode = optionalString(request, 'BillingMode') ?? 'PROVISIONED';
  const throughput = optionalObject(request, 'ProvisionedThroughput');
  if (mode === 'PAY_PER_REQUEST') {
    if (throughput !== undefined) {
      throw validation('When BillingMode=PAY_PER_REQUEST, ProvisionedThroughput cannot be specified.');
    }
    return undefined;
  }
  if (mode !== 'PROVISIONED') {
    throw validation('Unknown BillingMode={}. Must be PAY_PER_REQUEST or PROVISIONED.'); // the braces are Scylla's
  }
  if (throughput === undefined) {
    throw validation('When BillingMode=PROVISIONED, ProvisionedThroughput must be specified.');
  }
  return {
    read: optionalInteger(throughput, 'ReadCapacityUnits') ?? 0,
    write: optionalInteger(throughput, 'WriteCapacityUnits') ?? 0,
  };
}

/** The two members that tell of it. The time is that of the call, as Scylla has it. */
export function billingMembers(
  { provisioned }: TableState,
  now: number,
): readonly (readonly [string, JsonText])[] {
  const mode = provisioned === undefined ? 'PAY_PER_REQUEST' : 'PROVISIONED';
  const { read, write } = provisioned ?? { read: 0, write: 0 };
  return [
    ['BillingModeSummary', `{"LastUpdateToPayPerRequestDateTime":${now},"BillingMode":"${mode}"}`],
    [
      'ProvisionedThroughput',
      `{"ReadCapacityUnits":${read},"WriteCapacityUnits":${write},"NumberOfDecreasesToday":0}`,
    ],
  ];
}
