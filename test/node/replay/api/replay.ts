import { differences, type Difference, type Rule } from '../compare.js';
import { Listings } from './listing.js';
import { operationOf, type Recording, type RecordedResponse } from './recordings.js';
import { asSigned } from './roles.js';
import { wireRequest, type WireAnswer } from './send.js';
import type { Session } from './session.js';
import { BUILT_ITEMS } from './recorded-tables.js';
import { STEPS } from './set-up.js';
import { lookAtBuild, SPECIAL, whenActive } from './special.js';
import { withoutGenerated } from './wire-text.js';

export interface Outcome {
  readonly recording: Recording;
  readonly differences: readonly Difference[];
}

/** Plays the recorded requests of one server in their order, each after its set-up, and compares every answer. */
export async function replay(
  recordings: readonly Recording[],
  session: Session,
  heard: (outcome: Outcome) => void,
): Promise<void> {
  const listings = new Listings(session);
  for (const recording of recordings) {
    await prepare(recording, session);
    const special = SPECIAL.get(recording.number);
    const found = await (special ? special(recording, session) : playOne(recording, session, listings));
    heard({ recording, differences: found });
    if (recording.number === 651) await lookAtBuild(session);
  }
}

async function prepare(recording: Recording, session: Session): Promise<void> {
  await STEPS.get(recording.number)?.(session);
  const active = activeIndexes(recording);
  if (active.length > 0) await whenActive(session, tableOf(recording), active);
}

const tableOf = ({ request }: Recording): string => String(request?.body?.['TableName']);

interface Described {
  readonly Table?: {
    readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string; readonly IndexStatus: string }[];
  };
}

const activeIndexes = ({ response }: Recording): readonly string[] =>
  ((response?.body as Described | undefined)?.Table?.GlobalSecondaryIndexes ?? [])
    .filter(({ IndexStatus }) => IndexStatus === 'ACTIVE')
    .map(({ IndexName }) => IndexName);

async function playOne(
  recording: Recording,
  session: Session,
  listings: Listings,
): Promise<readonly Difference[]> {
  const { request, response } = recording;
  if (request === undefined || response === undefined) throw new Error(`${recording.file} holds no exchange`);
  const isList = operationOf(recording) === 'ListTables' && request.body !== undefined;
  const body = isList ? listings.translated(recording) : bodyOf(recording);
  const wire = wireRequest({ ...request, ...(body === undefined ? {} : { body }) });
  session.generated.calls();
  const answer = await session.sender.send(await asSigned(recording, wire, session));
  remember(recording, answer, session);
  const ownRules = isList ? listings.rulesFor(recording, body ?? {}) : (RULES_OF.get(recording.number) ?? []);
  const rules = [...ownRules, ...session.generated.rulesFor(recording)];
  const found = [
    ...differences(response.status, answer.status, [], ['status']),
    ...headerDifferences(response, answer),
    ...differences(response.body, parsed(answer), rules, ['body']),
  ];
  // The text says nothing new where the content differs, or stands in another order on purpose.
  return found.length > 0 || ownRules.length > 0 ? found : textDifferences(response, answer);
}

/** The body to send: two recordings leave out a part of theirs. */
function bodyOf({ number, request }: Recording): Readonly<Record<string, unknown>> | undefined {
  if (number === 550)
    return { TableName: 'hashonly', Item: { pk: { S: 'huge' }, v: { S: 'x'.repeat(410_000) } } };
  if (number === 928) return { TableName: 'dmg2', Key: { pk: { S: 'samepk' }, sk: { N: '0' } } };
  return request?.body;
}

function remember({ request, number }: Recording, { status }: WireAnswer, { tables }: Session): void {
  if (status !== 200 || request?.target === undefined) return;
  const name = String(request.body?.['TableName']);
  if (request.target.endsWith('.CreateTable')) tables.add(name);
  if (request.target.endsWith('.DeleteTable')) tables.delete(name);
  if (number === 903) tables.delete('slow');
}

function parsed({ headers, text }: WireAnswer): unknown {
  if (text === '' || !String(headers['content-type']).includes('json')) return text;
  return JSON.parse(text) as unknown;
}

/** Those of every answer of Node and Scylla alike, which the recordings leave out. */
const UNRECORDED_HEADERS = new Set(['date', 'content-length']);

function headerDifferences({ headers }: RecordedResponse, answer: WireAnswer): readonly Difference[] {
  if (headers === undefined) return [];
  const answered = Object.entries(answer.headers).filter(([name]) => !UNRECORDED_HEADERS.has(name));
  return differences(headers, Object.fromEntries(answered), [], ['headers']);
}

/** The text on the wire: order of members, repeated members, spacing. */
function textDifferences({ body, raw }: RecordedResponse, { text }: WireAnswer): readonly Difference[] {
  const recorded = raw ?? (typeof body === 'string' ? body : JSON.stringify(body));
  return differences(withoutGenerated(recorded), withoutGenerated(text), [], ['text']);
}

const ITEMS: Rule = { name: 'hash order of items', applies: isResponses, problem: sameItems };

const PARTIAL_COUNT: Rule = {
  name: 'count while an index is built',
  applies: (path) => path.length === 2,
  problem: (answered) =>
    Number(answered) > 0 && Number(answered) < BUILT_ITEMS ? undefined : 'not between nothing and everything',
};

/** Rules for single exchanges. */
const RULES_OF: ReadonlyMap<number, readonly Rule[]> = new Map([
  [547, [ITEMS]],
  [548, [ITEMS]],
  [905, [PARTIAL_COUNT]],
]);

function isResponses(path: readonly (string | number)[]): boolean {
  return path.length === 3 && path[1] === 'Responses';
}

function sameItems(answered: unknown, recorded: unknown): string | undefined {
  const inOrder = (items: unknown): readonly string[] =>
    (items as readonly unknown[]).map((item) => JSON.stringify(item)).sort();
  return differences(inOrder(recorded), inOrder(answered), []).length === 0
    ? undefined
    : 'not the same items';
}
