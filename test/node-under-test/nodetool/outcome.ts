/** Ends the program with this status and text; thrown wherever a command finds that it cannot go on. */
export class Outcome extends Error {
  override readonly name = 'Outcome';

  constructor(
    readonly exit: number,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super(stderr + stdout);
  }
}

/** The arguments make no sense to the command. */
export const badArguments = (problem: string): Outcome =>
  new Outcome(1, '', `error processing arguments: ${problem}\n`);

/** The options cannot be parsed; said on stdout (nodetool/018). */
export const badOption = (problem: string): Outcome =>
  new Outcome(2, `error: ${problem}\n\nTry --help.\n`, '');

/** The command started and could not go on. */
export const broken = (problem: string): Outcome =>
  new Outcome(2, '', `error running operation: ${problem}\n`);
