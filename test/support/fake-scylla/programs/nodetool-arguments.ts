import type { ProgramAnswer } from './behaviour.js';

export interface Arguments {
  readonly options: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** Options of the verbs that the tool calls, by the name that the fake gives them; `''` marks one without a value. */
const OPTIONS: Readonly<Record<string, string>> = {
  '-t': 'tag',
  '--tag': 'tag',
  '-cf': 'table',
  '--column-family': 'table',
  '--table': 'table',
};
const FLAGS: Readonly<Record<string, string>> = { '--load-and-stream': 'stream', '-las': 'stream' };

/** Undefined when there is an option that nodetool does not know: a name with a leading dash, too (recorded nodetool 327). */
export function parseArguments(args: readonly string[]): Arguments | undefined {
  const options = new Map<string, string>();
  const operands: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') return { options, operands: [...operands, ...args.slice(at + 1)] };
    const [option, flag] = [OPTIONS[arg], FLAGS[arg]];
    if (option !== undefined) {
      at += 1;
      options.set(option, args[at] ?? '');
    } else if (flag !== undefined) options.set(flag, '');
    else if (arg.startsWith('-')) return undefined;
    else operands.push(arg);
  }
  return { options, operands };
}

export interface RestCall {
  readonly verb: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What nodetool says when the server's REST API refuses: exit status 4, the server's words at the end. */
export function restError({ verb, path, parameters }: RestCall, status: number, text: string): ProgramAnswer {
  const reason = status === 400 ? 'Bad Request' : 'Internal Server Error';
  const shown = Object.entries(parameters)
    .map(([name, value]) => `"${name}": "${value}"`)
    .join(', ');
  return {
    exit: 4,
    stderr:
      `error executing ${verb} request to http://127.0.0.1:10000/storage_service/${path} with parameters {${shown}}: ` +
      `remote replied with status code ${status} ${reason}:\n${text}\n`,
  };
}
