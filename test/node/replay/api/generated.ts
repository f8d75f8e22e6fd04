import type { Path, Rule } from '../compare.js';
import type { Recording } from './recordings.js';
import { operationOf } from './recordings.js';

interface Stream {
  readonly arn: string;
  readonly label: string;
}

const TIME_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * The rules for what a server makes up, tied together over one server's exchanges: a table keeps the id that CreateTable
 * gave it until it is made anew, and a stream its ARN until it is turned on again.
 */
export class Generated {
  readonly #ids = new Map<string, string>();
  readonly #streams = new Map<string, Stream>();
  readonly #seen = new Set<string>();
  #calledAt = 0;

  rulesFor(recording: Recording): readonly Rule[] {
    const operation = operationOf(recording);
    const request = recording.request?.body ?? {};
    const table = String(request['TableName']);
    const makesStream =
      (request['StreamSpecification'] as { StreamEnabled?: unknown } | undefined)?.StreamEnabled === true &&
      (operation === 'CreateTable' || operation === 'UpdateTable');
    return [
      {
        name: 'table id',
        applies: named('TableId'),
        problem: (id) => this.#tableId(String(id), table, operation),
      },
      {
        name: 'time of the call',
        applies: named('CreationDateTime', 'LastUpdateToPayPerRequestDateTime'),
        problem: (answered, recorded) => this.#timeOfCall(answered, recorded),
      },
      {
        name: 'stream ARN',
        applies: named('LatestStreamArn'),
        problem: (arn) => this.#streamArn(String(arn), table, makesStream),
      },
      {
        name: 'stream label',
        applies: named('LatestStreamLabel'),
        problem: (label) => this.#label(String(label), table),
      },
      ...FIXED_RULES,
    ];
  }

  /** To be called before each request: times in its answer lie between then and the answer. */
  calls(at = Date.now()): void {
    this.#calledAt = at;
  }

  /** For tables that were made during the set-up. */
  forget(table: string): void {
    this.#ids.delete(table);
    this.#streams.delete(table);
  }

  /** A time that is only the echo of one in the request is compared like anything else (recorded api 921). */
  #timeOfCall(answered: unknown, recorded: unknown): string | undefined {
    if (answered === recorded) return undefined;
    if (typeof answered !== 'number' || !Number.isInteger(answered)) return 'not whole seconds';
    const isBetween = answered >= Math.floor(this.#calledAt / 1000) && answered <= Date.now() / 1000;
    return isBetween ? undefined : 'not the time of the call';
  }

  #tableId(id: string, table: string, operation: string): string | undefined {
    if (!TIME_UUID.test(id)) return 'not a version 1 UUID';
    const known = this.#ids.get(table);
    this.#ids.set(table, id);
    if (operation === 'CreateTable') return this.#isNew(id) ? undefined : 'not a new id';
    return known === undefined || known === id ? undefined : `was ${known} before`;
  }

  #streamArn(arn: string, table: string, makesStream: boolean): string | undefined {
    if (!arn.startsWith('S') || !TIME_UUID.test(arn.slice(1))) return 'not S and a version 1 UUID';
    const known = this.#streams.get(table);
    this.#streams.set(table, { arn, label: labelOf(arn.slice(1)) });
    if (makesStream) return this.#isNew(arn) ? undefined : 'not a new ARN';
    return known === undefined || known.arn === arn ? undefined : `was ${known.arn} before`;
  }

  #label(label: string, table: string): string | undefined {
    const expected = this.#streams.get(table)?.label;
    return label === expected ? undefined : `the time in the stream's ARN is ${expected ?? 'not known'}`;
  }

  #isNew(value: string): boolean {
    if (this.#seen.has(value)) return false;
    this.#seen.add(value);
    return true;
  }
}

const named =
  (...names: readonly string[]) =>
  (path: Path): boolean =>
    names.includes(String(path.at(-1)));

/** The label is the time that the UUID carries, in seconds, with quotes inside. */
function labelOf(uuid: string): string {
  const [low = '', middle = '', high = ''] = uuid.split('-');
  const ticks = BigInt(`0x${high.slice(1)}${middle}${low}`) - 0x01b2_1dd2_1381_4000n;
  return `"${new Date(Number(ticks / 10_000n)).toISOString().slice(0, 19)}Z"`;
}

const ADDRESS = /127\.0\.0\.\d+(:\d+)?/g;

/** Rules that need no memory; each text is compared but for the part that the rule names. */
const FIXED_RULES: readonly Rule[] = [
  textRule('address of the node', ADDRESS, (text) => /127\.0\.0\.\d+/.test(text)),
  textRule('code addresses', /at: (<addresses>|(0x[0-9a-f]+ ?)+) /g, (text) => text.includes('<addresses>')),
  textRule('offset in the text', /at (<number>|\d+)$/g, (text) => text.includes('<number>')),
  textRule('time in a message', /\d{8}T\d{6}Z(?= \(current time)/g, (text) => text.includes('(current time')),
];

function textRule(name: string, part: RegExp, occursIn: (recorded: string) => boolean): Rule {
  return {
    name,
    applies: (_path, recorded) => typeof recorded === 'string' && occursIn(recorded),
    problem: (answered, recorded) =>
      typeof answered === 'string' && masked(answered, part) === masked(String(recorded), part)
        ? undefined
        : 'the rest of the text differs',
  };
}

const masked = (text: string, part: RegExp): string => text.replace(part, '…');
