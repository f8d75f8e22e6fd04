import { KnownError, messageOf } from '../errors.js';

/** The database was stopped for a restore and does not come up again. Nothing can be put back before it does. */
export class ServerDown extends KnownError {
  constructor(startCommand: string, cause: unknown) {
    super('lost', `THE DATABASE IS NOT RUNNING: ${messageOf(cause)}`, {
      cause,
      hint: [`Start it: ${startCommand}`, cause instanceof KnownError ? cause.hint : undefined]
        .filter((part) => part !== undefined)
        .join('. '),
    });
  }
}
