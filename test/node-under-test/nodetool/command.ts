import type { Arguments, Grammar } from './arguments.js';
import type { RestClient } from './rest-client.js';

export interface Command {
  readonly name: string;
  readonly grammar: Grammar;
  /** Gives the text for stdout; throws `Outcome` for everything that is not status 0. */
  readonly run: (args: Arguments, rest: RestClient) => Promise<string>;
}

/** A command without options and with at most so many positionals. */
export const plain = (name: string, run: Command['run'], mostPositionals = 0): Command => ({
  name,
  grammar: { options: [], mostPositionals },
  run,
});
