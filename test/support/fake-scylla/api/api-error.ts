/** An error of the API: all of them are status 400, but for internal ones (recorded api 011, 030, 033). */
export class ApiError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export const noSuchTable = (name: string): ApiError =>
  new ApiError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);

export const invalid = (message: string): ApiError => new ApiError('ValidationException', message);
