import type { Rule } from '../compare.js';
import type { Recording } from './recordings.js';
import type { Session } from './session.js';

interface ListRequest {
  readonly ExclusiveStartTableName?: string;
}

interface Listing {
  readonly TableNames?: readonly string[];
  readonly LastEvaluatedTableName?: string;
}

/**
 * ListTables lists in the order of a hash table, so the recorded order cannot be met. Instead: every page is as long as
 * the recorded one, its last name is where it says that it ends, pages do not overlap, and together they are complete.
 */
export class Listings {
  #recorded: readonly string[] = [];
  #pages: readonly string[] = [];

  constructor(private readonly session: Session) {}

  /** The request with the name that stands where the recorded one stood in the recorded list. */
  translated(recording: Recording): Readonly<Record<string, unknown>> {
    const request = recording.request?.body ?? {};
    const { ExclusiveStartTableName: start } = request as ListRequest;
    const name = this.session.listed[this.#recorded.indexOf(start ?? '')];
    return name === undefined ? request : { ...request, ExclusiveStartTableName: name };
  }

  rulesFor(recording: Recording, request: Readonly<Record<string, unknown>>): readonly Rule[] {
    const { ExclusiveStartTableName: start } = request as ListRequest;
    const recorded = (recording.response?.body ?? {}) as Listing;
    const isLastPage = recorded.LastEvaluatedTableName === undefined;
    let page: readonly string[] = [];
    return [
      {
        name: 'hash order of tables',
        applies: (path) => path.join('.') === 'body.TableNames',
        problem: (answered) => {
          page = answered as readonly string[];
          if (page.length !== recorded.TableNames?.length) return `${page.length} names`;
          if (start === undefined) {
            this.session.listed = page;
            this.#recorded = recorded.TableNames;
            this.#pages = [];
          }
          const before = this.#pages;
          this.#pages = [...before, ...page];
          const foreign = page.find((name) => !this.session.tables.has(name) || before.includes(name));
          if (foreign !== undefined || new Set(page).size < page.length)
            return `${foreign ?? 'a name'} listed wrongly or twice`;
          const fromTheStart = start === undefined || this.session.tables.has(start);
          return isLastPage && fromTheStart && this.#pages.length < this.session.tables.size
            ? 'not complete'
            : undefined;
        },
      },
      {
        name: 'end of a page of tables',
        applies: (path, value) => path.join('.') === 'body.LastEvaluatedTableName' && value !== undefined,
        problem: (answered) => (answered === page.at(-1) ? undefined : 'not the last name of the page'),
      },
    ];
  }
}
