import cassandra from 'cassandra-driver';
import { ApiError, internal } from './api-error.js';

/** What the driver adds to a ResponseError of a failed read or write; its own types leave this out. */
interface FailureDetails {
  readonly consistencies?: number;
  readonly received?: number;
  readonly blockFor?: number;
  readonly failures?: number;
}

/** Codes of the CQL protocol, as the driver reports them. */
const CODES = {
  writeTimeout: 0x1100,
  readTimeout: 0x1200,
  readFailure: 0x1300,
  writeFailure: 0x1500,
  alreadyExists: 0x2400,
} as const;

/** The object that a schema change wanted to make is already there: the caller turns this into its own refusal. */
export class AlreadyThere extends Error {}

/**
 * The answer that Scylla gives when its storage fails: 500 and the name of its exception (recorded api 927). The table is
 * taken from the statement.
 */
export function databaseError(error: unknown, query: string): Error {
  if (error instanceof ApiError) return error;
  if (error instanceof cassandra.errors.NoHostAvailableError) return internal(unreachable(error), error);
  if (!(error instanceof cassandra.errors.ResponseError)) return internal(messageOf(error), error);
  const code: number = error.code;
  if (code === CODES.alreadyExists) return new AlreadyThere(error.message, { cause: error });

  const details = error as cassandra.errors.ResponseError & FailureDetails;
  const place = tableOf(query);
  const counts = `received ${details.received ?? 0} responses`;
  const level = `${details.blockFor ?? 1} CL=${levelName(details.consistencies)}`;
  switch (code) {
    case CODES.readFailure:
    case CODES.writeFailure: {
      const kind = code === CODES.readFailure ? 'read' : 'mutation_write';
      const failures = details.failures ?? 1;
      return internal(
        `exceptions::${kind}_failure_exception (Operation failed for ${place} - ${counts} and ${failures} failures from ${level}.)`,
        error,
      );
    }
    case CODES.readTimeout:
    case CODES.writeTimeout: {
      const kind = code === CODES.readTimeout ? 'read' : 'mutation_write';
      return internal(
        `exceptions::${kind}_timeout_exception (Operation timed out for ${place} - ${counts} from ${level}.)`,
        error,
      );
    }
    default:
      return internal(error.message, error);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function unreachable({ innerErrors }: cassandra.errors.NoHostAvailableError): string {
  const reasons = Object.values(innerErrors as Readonly<Record<string, unknown>>).map(messageOf);
  return `the database cannot be reached: ${reasons.join('; ')}`;
}

function tableOf(query: string): string {
  const [, keyspace = '', table = ''] = /"([^"]+)"\."([^"]+)"/.exec(query) ?? [];
  return `${keyspace}.${table}`;
}

function levelName(level: number | undefined): string {
  const [name = 'LOCAL_ONE'] =
    Object.entries(cassandra.types.consistencies).find(([, value]) => Number(value) === level) ?? [];
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
