/** An error that EC2 answers with. */
export class ApiError extends Error {
  readonly code: string;
  /** The HTTP status. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
  }
}

export function invalidParameter(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message);
}
