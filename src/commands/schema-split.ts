import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { placeOf, spoken } from '../cql/cannot-split.js';
import { splitStatements } from '../cql/splitter.js';
import type { Statement } from '../cql/statement.js';
import { EXIT_CODES, KnownError, type ExitCode } from '../errors.js';
import { formatSize } from '../model/size.js';
import { reasonOf } from '../system/files.js';

export interface SplitFlags {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly json?: boolean;
}

/** A description of a whole cluster is a few MB. What is larger is some other file. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Cuts a file of CQL descriptions into statements and prints them, as one JSON array or as a list for people. Rejects with
 * `damaged` (exit 1), and prints nothing, for text that cannot be split.
 */
export async function schemaSplitCommand(
  { file, json }: SplitFlags,
  { stdin, stdout }: { readonly stdin: Readable; readonly stdout: Writable },
): Promise<ExitCode> {
  const bytes = file === '-' ? await readAll(stdin) : await readSmallFile(file);
  const statements = splitStatements(decode(bytes, file));
  stdout.write(json === true ? asJson(statements) : asList(statements));
  return EXIT_CODES.done;
}

const asJson = (statements: readonly Statement[]): string =>
  `${JSON.stringify(
    statements.map(({ kind, name, terminated, text }) => ({ kind, name, terminated, text })),
    null,
    2,
  )}\n`;

/** A heading that says what it is, then the statement as it stands. */
const asList = (statements: readonly Statement[]): string =>
  statements
    .map(({ kind, name, terminated, text }, at) => {
      const missing = terminated || kind === 'extension line' ? '' : ' (without its ;)';
      return `-- ${at + 1} of ${statements.length}: ${kind} ${name}${missing}\n${text.trimEnd()}\n\n`;
    })
    .join('');

async function readSmallFile(path: string): Promise<Buffer> {
  try {
    const found = await stat(path);
    // `<(…)` of a shell.
    if (found.isFIFO()) return await readAll(createReadStream(path));
    if (!found.isFile()) throw new KnownError('usage', `${path} is not a file`);
    if (found.size > MOST_BYTES) throw tooLarge(path);
    return await readFile(path);
  } catch (error) {
    if (error instanceof KnownError) throw error;
    throw new KnownError('usage', `${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MOST_BYTES) throw tooLarge('Standard input');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (what: string): KnownError =>
  new KnownError('usage', `${what} is larger than ${formatSize(MOST_BYTES)}: no description of tables is`);

/** Bytes that are no UTF-8 would come out changed, in silence. */
function decode(bytes: Buffer, file: string): string {
  try {
    // The mark of the byte order stays: the splitter knows it, and places count from the first character.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const loose = bytes.toString('utf8');
    const where = spoken(placeOf(loose, loose.indexOf('\u{fffd}')));
    throw new KnownError('damaged', `${file === '-' ? 'Standard input' : file} is not UTF-8 text: ${where}`, {
      cause: error,
    });
  }
}
