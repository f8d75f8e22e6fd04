import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { encodeAnswer, encodePrepared, type Answer } from './answer.js';
import { createKeyspace, dropKeyspaceByCql, truncate } from './change.js';
import { BAD_CREDENTIALS, CqlError, PROTOCOL_ERROR, syntaxError } from './cql-error.js';
import { createTable } from './create-table.js';
import { createView } from './create-view.js';
import { answerDescribe } from './describe.js';
import { answerSelect } from './select.js';
import type { NodeFacts } from './system-table.js';
import { bytes, frame, int, OPCODE, Reader, short, string, takeFrames, type Frame } from './wire-format.js';

export interface CqlCall {
  readonly statement: string;
  readonly values: readonly string[];
}

export interface CqlBehaviour {
  /** `silent`: takes connections and never answers. */
  answer: 'as recorded' | 'silent';
  /** Asked about each statement: to cut the connection instead of answering this one. */
  meddle?: (statement: string) => 'cut' | undefined;
  /** False: a syntax error, as of Scylla up to 5.1 (SCYLLA.md 2.1). */
  knowsDesc?: boolean;
}

export interface CqlServerOptions extends NodeFacts {
  readonly login: { readonly username: string; readonly password: string } | undefined;
  readonly indexMs: number;
  readonly calls: CqlCall[];
  readonly behaviour: CqlBehaviour;
}

/** A CQL server of protocol version 4, for the statements that the tool and its driver send. */
export function cqlServer(options: CqlServerOptions): {
  readonly server: Server;
  readonly cutOff: () => void;
} {
  const sockets = new Set<Socket>();
  const prepared = new Map<string, string>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The client went away in the middle of something.
    socket.on('error', () => socket.destroy());
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      const { frames, rest } = takeFrames(Buffer.concat([received, chunk]));
      received = Buffer.from(rest);
      if (options.behaviour.answer === 'silent') return;
      for (const request of frames) {
        if (options.behaviour.meddle?.(statementOf(request, prepared)) === 'cut') {
          socket.destroy();
          return;
        }
        socket.write(answerFrame(request, prepared, options));
      }
    });
  });
  return {
    server,
    cutOff() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The text of a statement, prepared or not; of other requests nothing that a test would look for. */
function statementOf({ opcode, body }: Frame, prepared: Map<string, string>): string {
  if (opcode !== OPCODE.execute) return body.toString('latin1');
  return prepared.get(new Reader(body).shortBytes().toString('hex')) ?? '';
}

function answerFrame(request: Frame, prepared: Map<string, string>, options: CqlServerOptions): Buffer {
  const { stream, version } = request;
  try {
    if (version > 4)
      throw new CqlError(PROTOCOL_ERROR, `Invalid or unsupported protocol version: ${version}`);
    return dispatch(request, prepared, options);
  } catch (error) {
    const { code, message } = error instanceof CqlError ? error : new CqlError(0, String(error));
    return frame(stream, OPCODE.error, Buffer.concat([int(code), string(message), ...details(code)]));
  }
}

/** AlreadyExists names keyspace and table, too. */
const details = (code: number): readonly Buffer[] => (code === 0x2400 ? [string(''), string('')] : []);

function dispatch(
  { opcode, stream, body }: Frame,
  prepared: Map<string, string>,
  options: CqlServerOptions,
): Buffer {
  const reader = new Reader(body);
  switch (opcode) {
    case OPCODE.options:
      return frame(stream, OPCODE.supported, SUPPORTED);
    case OPCODE.startup:
      return options.login
        ? frame(stream, OPCODE.authenticate, string('org.apache.cassandra.auth.PasswordAuthenticator'))
        : frame(stream, OPCODE.ready, Buffer.alloc(0));
    case OPCODE.authResponse:
      expectLogin(reader.bytes(), options);
      return frame(stream, OPCODE.authSuccess, bytes(null));
    case OPCODE.register:
      return frame(stream, OPCODE.ready, Buffer.alloc(0));
    case OPCODE.query:
      return result(stream, run(reader.longString(), [], options));
    case OPCODE.prepare: {
      const statement = reader.longString();
      const id = createHash('sha1').update(statement).digest();
      prepared.set(id.toString('hex'), statement);
      const parameters = statement.split('?').length - 1;
      return frame(stream, OPCODE.result, encodePrepared(id, parameters, NO_ROWS));
    }
    case OPCODE.execute: {
      const statement = prepared.get(reader.shortBytes().toString('hex'));
      if (statement === undefined) throw new CqlError(0x2500, 'No prepared statement with that id');
      return result(stream, run(statement, readValues(reader), options));
    }
    default:
      throw new CqlError(PROTOCOL_ERROR, `Unknown opcode ${opcode}`);
  }
}

const NO_ROWS = { keyspace: 'system', table: 'local', columns: [], rows: [] } as const;
/** An empty map: the driver asks, and needs none of it. */
const SUPPORTED = short(0);

const result = (stream: number, answer: Answer): Buffer =>
  frame(stream, OPCODE.result, encodeAnswer(answer), answer.kind === 'rows' ? [] : (answer.warnings ?? []));

/** Consistency, flags, then the values. */
function readValues(reader: Reader): readonly string[] {
  reader.short();
  const hasValues = (reader.byte() & 0x01) !== 0;
  if (!hasValues) return [];
  return Array.from({ length: reader.short() }, () => reader.bytes().toString('utf8'));
}

function expectLogin(token: Buffer, { login }: CqlServerOptions): void {
  const [, username, password] = token.toString('utf8').split('\0');
  if (username === login?.username && password === login?.password) return;
  throw new CqlError(BAD_CREDENTIALS, 'Username and/or password are incorrect');
}

function run(statement: string, values: readonly string[], options: CqlServerOptions): Answer {
  const { state, calls, indexMs } = options;
  calls.push({ statement, values });
  const text = statement.trim();
  const answer =
    answerSelect(text, values, options) ??
    (options.behaviour.knowsDesc === false ? undefined : answerDescribe(text, state)) ??
    createKeyspace(text, state) ??
    dropKeyspaceByCql(text, state) ??
    createTable(text, state) ??
    createView(text, state, indexMs) ??
    truncate(text, state);
  if (answer) return answer;
  throw syntaxError(`line 1:0 no viable alternative at input '${text.split(/\s/)[0] ?? ''}'`);
}
