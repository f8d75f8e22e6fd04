import { badOption } from './outcome.js';

export interface Option {
  /** Without dashes: `table`. */
  readonly name: string;
  readonly takesValue: boolean;
  /** `t` for `-t`. */
  readonly short?: string;
}

export interface Grammar {
  readonly options: readonly Option[];
  /** More positional arguments than this are refused. */
  readonly mostPositionals: number;
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
}

const GLOBAL: readonly Option[] = [
  { name: 'help', takesValue: false },
  { name: 'host', short: 'h', takesValue: true },
  { name: 'port', short: 'p', takesValue: true },
  { name: 'rest-api-port', takesValue: true },
  { name: 'username', short: 'u', takesValue: true },
  { name: 'password', takesValue: true },
  { name: 'password-file', takesValue: true },
  { name: 'print-port', takesValue: false },
];

/** Spellings of the Java nodetool with one dash and several letters, and older long ones. */
const ALIASES: Readonly<Record<string, string>> = {
  '-pw': '--password',
  '-pwf': '--password-file',
  '-pp': '--print-port',
  '-cf': '--table',
  '--column-family': '--table',
  '-kc': '--keyspace-table-list',
  '--kc.list': '--keyspace-table-list',
  '-kt': '--keyspace-table-list',
  '--kt-list': '--keyspace-table-list',
  '-las': '--load-and-stream',
  '-pro': '--primary-replica-only',
};

/** Takes global and own options in any order, positionals between them, and `--`. Throws `Outcome` with status 2. */
export function parseArguments(argv: readonly string[], { options, mostPositionals }: Grammar): Arguments {
  const known = [...GLOBAL, ...options];
  const positionals: string[] = [];
  const values = new Map<string, string>();
  const flags = new Set<string>();
  let onlyPositionals = false;

  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (onlyPositionals || !word.startsWith('-') || word === '-') {
      positionals.push(expectPlain(word));
      continue;
    }
    if (word === '--') {
      onlyPositionals = true;
      continue;
    }
    const { option, inline } = findOption(word, known);
    if (values.has(option.name) || flags.has(option.name)) {
      throw badOption(`option '--${option.name}' cannot be specified more than once`);
    }
    if (!option.takesValue) {
      flags.add(option.name);
      continue;
    }
    const value = inline ?? argv[++index];
    if (value === undefined)
      throw badOption(`the required argument for option '--${option.name}' is missing`);
    values.set(option.name, inline === undefined && !GLOBAL.includes(option) ? expectPlain(value) : value);
  }
  if (positionals.length > mostPositionals) {
    throw badOption('too many positional options have been specified on the command line');
  }
  return { positionals, values, flags };
}

function findOption(
  word: string,
  known: readonly Option[],
): { readonly option: Option; readonly inline?: string } {
  const [spelled, inline] = splitOnce(word);
  const name = ALIASES[spelled] ?? spelled;
  const option = known.find(
    (candidate) => name === `--${candidate.name}` || name === `-${candidate.short ?? '-'}`,
  );
  if (option === undefined || (inline !== undefined && !name.startsWith('--'))) {
    throw badOption(`unrecognised option '${spelled}'`);
  }
  return inline === undefined ? { option } : { option, inline };
}

/** `--table=x` is one word. */
function splitOnce(word: string): [string, string?] {
  const position = word.startsWith('--') ? word.indexOf('=') : -1;
  return position < 0 ? [word] : [word.slice(0, position), word.slice(position + 1)];
}

/** The real program reads every word that is no option once as a value of its own, and words do not hold blanks. */
function expectPlain(word: string): string {
  if (word === '') throw badOption("the argument for option '--operation_options' is invalid");
  if (/\s/.test(word))
    throw badOption(`the argument ('${word}') for option '--operation_options' is invalid`);
  return word;
}
