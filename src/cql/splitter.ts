import { CannotSplit } from './cannot-split.js';
import { behindEcho, behindNoise } from './cqlsh-noise.js';
import { beginsExtensionLine, extensionLineAt } from './extension-line.js';
import { OpenStatement } from './open-statement.js';
import { beginsStatement } from './statement-kind.js';
import type { Statement } from './statement.js';
import { skipBlanks, tokenAt } from './tokenizer.js';

/**
 * Cuts DESC text of a server, of cqlsh or of an old file into statements, in order. What lies between them is blank,
 * comment, a stray `;` or talk of cqlsh; a commented-out statement is no statement. Takes time in proportion to the
 * text. Throws `CannotSplit` for text that is damaged or cut off, rather than give half a statement.
 */
export function splitStatements(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  try {
    splitInto(statements, text);
  } catch (error) {
    if (error instanceof CannotSplit) throw new CannotSplit(error.message, error, statements);
    throw error;
  }
  return statements;
}

function splitInto(statements: Statement[], text: string): void {
  let open: OpenStatement | undefined;
  let lineBegins = true;

  for (let at = 0; ;) {
    const next = skipBlanks(text, at);
    lineBegins ||= hasLineEnd(text, at, next);
    at = next;
    if (at >= text.length) break;

    if (open !== undefined && endsHere(open, text, at, lineBegins)) {
      statements.push(open.close(at));
      open = undefined;
    }
    if (open === undefined) {
      const behind = text[at] === ';' ? at + 1 : (behindNoise(text, at) ?? behindEcho(text, at));
      if (behind !== undefined) {
        at = behind;
        lineBegins = false;
        continue;
      }
      const extension = extensionLineAt(text, at);
      if (extension !== undefined) {
        statements.push({
          kind: 'extension line',
          name: extension.name,
          terminated: extension.terminated,
          text: text.slice(at, extension.end),
          start: at,
          end: extension.end,
        });
        at = extension.end;
        lineBegins = false;
        continue;
      }
    }

    const token = tokenAt(text, at);
    at = token.end;
    // A comment leaves open whether its line has begun: `/* note */ CREATE TABLE` begins one.
    if (token.kind === 'comment') continue;
    lineBegins = false;

    open ??= new OpenStatement(text, token.start);
    if (open.take(token)) {
      statements.push(open.close(at));
      open = undefined;
    }
  }
  if (open !== undefined) statements.push(open.close(text.length));
}

/** Whether the statement is over before this token although its `;` is missing. */
function endsHere(open: OpenStatement, text: string, at: number, lineBegins: boolean): boolean {
  if (!lineBegins) return false;
  if (isFirstColumn(text, at) && behindNoise(text, at) !== undefined) return true;
  if (!open.mayEnd) return false;
  return beginsStatement(text, at) || (beginsExtensionLine(text, at) && !open.expectsMore);
}

function isFirstColumn(text: string, at: number): boolean {
  return at === 0 || text[at - 1] === '\n' || text[at - 1] === '\r';
}

function hasLineEnd(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    if (text[at] === '\n' || text[at] === '\r') return true;
  }
  return false;
}
