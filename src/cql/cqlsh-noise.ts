import { beginsExtensionLine } from './extension-line.js';
import { beginsStatement } from './statement-kind.js';

/*
 * What cqlsh prints around the statements (scylla-cqlsh and cassandra, bin/cqlsh.py). It has to be recognised before
 * any tokenizing: its sentences hold apostrophes, which would open strings.
 */

/** `cqlsh>`, `cqlsh:ks>`, `user@cqlsh:ks>` */
const PROMPT = /(?:[^\s@'"]{1,128}@)?cqlsh(?::[^>\r\n]{1,250})?>/y;

/** Commands of cqlsh itself, and USE: typed by a person, never part of an answer. */
const TYPED =
  /[ \t]*(?:(?:desc|describe|use|help|exit|quit|show|source|capture|consistency|serial|tracing|expand|paging|login|clear|cls|copy|elapsed|history)(?![\w.])[^;\r\n]*;?|(?=[\r\n]|$))/iy;

/** A `DESC …` without a prompt in front of it, as scripts that echo their commands leave it. */
const ECHO = /desc(?:ribe)?(?!\w)[^;\r\n]*;?/iy;

/** Warnings about versions and history files, and the three lines that greet at a terminal. */
const REMARK =
  /(?:WARN(?:ING)?:|Warning:|Connected to [^\r\n]* at [^\r\n]*:\d+|\[cqlsh [^\r\n]*\]|Use HELP for help\.)[^\r\n]*/y;

const WARNINGS_HEADING = /Warnings :[ \t]*(?=[\r\n]|$)/y;
const LINE = /[^\r\n]*/y;
const LINE_ENDS = /[ \t\r\n]*/y;
const COMMENT = /--|\/\/|\/\*/y;

/**
 * The offset behind what cqlsh printed at `at`, which begins a line or stands between two statements; undefined when
 * that is something else.
 */
export function behindNoise(text: string, at: number): number | undefined {
  const prompt = behind(PROMPT, text, at);
  if (prompt !== undefined) return behind(TYPED, text, prompt) ?? prompt;

  const heading = behind(WARNINGS_HEADING, text, at);
  if (heading !== undefined) return behindWarnings(text, heading);

  return behind(REMARK, text, at);
}

/** The offset behind an echoed `DESC` command. Only between statements: `DESC` also orders clustering columns. */
export function behindEcho(text: string, at: number): number | undefined {
  return behind(ECHO, text, at);
}

/** Each warning is followed by an empty line, and so are its own paragraphs: only a statement or comment ends the block. */
function behindWarnings(text: string, heading: number): number {
  for (let end = heading; ;) {
    const line = behind(LINE_ENDS, text, end) ?? end;
    if (line >= text.length || interrupts(text, line)) return end;
    end = behind(LINE, text, line) ?? line;
  }
}

function interrupts(text: string, line: number): boolean {
  return (
    beginsStatement(text, line) ||
    beginsExtensionLine(text, line) ||
    [COMMENT, PROMPT, REMARK, WARNINGS_HEADING, ECHO].some(
      (pattern) => behind(pattern, text, line) !== undefined,
    )
  );
}

function behind(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
