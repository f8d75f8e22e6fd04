import { ApiError, assertFailed, validation } from './api-error.js';
import { isObject } from './typed-value.js';

/** The body of a request: an object whose members still have to be checked. */
export type Request = Readonly<Record<string, unknown>>;

/** Alternator counts opened objects and arrays, and stops at this many (recorded api 507). */
const DEEPEST_NESTING = 78;

/**
 * Parses the body as Alternator does, with RapidJSON's words for what is wrong. The position is Scylla's offset only by
 * and large: the recorded one is not kept.
 */
export function parseRequest(body: Buffer): Request {
  const text = body.toString('utf8');
  verifyNesting(body);
  const value = parse(text);
  if (!isObject(value)) throw assertFailed('IsObject()');
  return value;
}

function parse(text: string): unknown {
  if (text.trim() === '') throw parsingFailed('The document is empty.', text.length);
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const trailing = /after JSON at position (\d+)/.exec(cause.message);
    if (trailing) {
      throw parsingFailed(
        'The document root must not be followed by other values.',
        Number(trailing[1]),
        cause,
      );
    }
    const position = /at position (\d+)/.exec(cause.message)?.[1] ?? text.length;
    throw parsingFailed('Invalid value.', Number(position), cause);
  }
}

const parsingFailed = (problem: string, at: number, cause?: unknown): ApiError =>
  new ApiError('ValidationException', `Parsing JSON failed: ${problem} at ${at}`, { cause });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function verifyNesting(body: Buffer): void {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (quoted) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > DEEPEST_NESTING) throw validation(`Max nested level reached: ${DEEPEST_NESTING}`);
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
}

/** A member that may be absent and is text when present. */
export function optionalString(request: Request, member: string): string | undefined {
  const value = request[member];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw assertFailed('IsString()');
  return value;
}

export function optionalInteger(request: Request, member: string): number | undefined {
  const value = request[member];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw assertFailed('data_.f.flags & kIntFlag');
  return value;
}

export function optionalBoolean(request: Request, member: string): boolean | undefined {
  const value = request[member];
  if (value === undefined) return undefined;
  if (typeof value !== 'boolean') throw assertFailed('IsBool()');
  return value;
}

export function optionalObject(request: Request, member: string): Request | undefined {
  const value = request[member];
  if (value === undefined) return undefined;
  if (!isObject(value)) throw assertFailed('IsObject()');
  return value;
}

export function optionalList(request: Request, member: string): readonly unknown[] | undefined {
  const value = request[member];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw assertFailed('IsArray()');
  return value as readonly unknown[];
}

export function objectOf(value: unknown): Request {
  if (!isObject(value)) throw assertFailed('IsObject()');
  return value;
}

export function tableNameOf(request: Request): string {
  const name = optionalString(request, 'TableName');
  if (name === undefined) throw validation('Missing TableName field in request');
  return name;
}

/** Refuses members that Alternator knows and this gateway does not: dropping them silently would change the meaning. */
export function refuseMembers(request: Request, members: readonly string[]): void {
  for (const member of members) {
    if (request[member] !== undefined)
      throw validation(`${member} is not supported by the gateway of the node under test`);
  }
}
