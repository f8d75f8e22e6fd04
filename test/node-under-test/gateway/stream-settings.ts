import { validation } from './api-error.js';
import { jsonText, type JsonText } from './json-text.js';
import { optionalBoolean, optionalObject, optionalString, type Request } from './request-json.js';
import type { StreamState, StreamViewType } from './state-file.js';
import { millisecondsOf, newTimeUuid } from './time-uuid.js';

const VIEW_TYPES: readonly StreamViewType[] = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];

/** What a request wants of the stream: nothing, a new one, or none any more. */
export type AskedStream =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'on'; readonly stream: StreamState }
  | { readonly kind: 'off' };

export function askedStream(request: Request): AskedStream {
  const specification = optionalObject(request, 'StreamSpecification');
  if (specification === undefined) return { kind: 'unchanged' };
  const enabled = optionalBoolean(specification, 'StreamEnabled');
  if (enabled === undefined) throw validation('StreamSpecification needs boolean StreamEnabled');
  if (!enabled) return { kind: 'off' };
  const asked = optionalString(specification, 'StreamViewType') ?? 'KEYS_ONLY';
  const viewType = VIEW_TYPES.find((type) => type === asked);
  if (viewType === undefined) throw validation(`Invalid StreamViewType: ${asked}`);
  return { kind: 'on', stream: newStream(viewType) };
}

/** A new identity each time, also when the stream was on already (recorded api 614). */
function newStream(viewType: StreamViewType): StreamState {
  const id = newTimeUuid();
  const second = new Date(millisecondsOf(id)).toISOString().slice(0, -'.000Z'.length);
  return { arn: `S${id}`, label: `"${second}Z"`, viewType };
}

export function verifyStreamAllowed(tablets: boolean): void {
  if (!tablets) return;
  throw validation(
    "Streams not yet supported on a table using tablets (issue #16317). If you want to enable streams, re-create this table with vnodes (with the tag 'experimental:initial_tablets' set to 'none').",
  );
}

/** What every description of a table with a stream ends with; the label has quotes inside, as Scylla sends it. */
export function streamMembers(stream: StreamState | undefined): readonly (readonly [string, JsonText])[] {
  if (stream === undefined) return [];
  return [
    ['LatestStreamArn', jsonText(stream.arn)],
    ['LatestStreamLabel', jsonText(stream.label)],
    ['StreamSpecification', jsonText({ StreamEnabled: true, StreamViewType: stream.viewType })],
  ];
}
