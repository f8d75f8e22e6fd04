/** A refusal in Alternator's words: becomes `{"__type": …, "message": …}` and the given status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly type: string,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }

  /** Scylla answers 400 to everything that the client could have avoided (recorded api, all numbers), else 500. */
  get status(): number {
    return this.type === 'InternalServerError' ? 500 : 400;
  }
}

export const validation = (message: string): ApiError => new ApiError('ValidationException', message);

export const serialization = (message: string): ApiError => new ApiError('SerializationException', message);

export const tableNotFound = (table: string): ApiError =>
  new ApiError('ResourceNotFoundException', `Requested resource not found: Table: ${table} not found`);

/** Scylla prints the code addresses of its own stack here, so a stand-in can only print something of that shape. */
export const assertFailed = (condition: string): ApiError =>
  validation(`JSON assert failed on condition '${condition}', at: 0x0 0x0 `);

export const internal = (message: string, cause?: unknown): ApiError =>
  new ApiError('InternalServerError', `Internal server error: ${message}`, { cause });
