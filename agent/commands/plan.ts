import { ExitCode, Failure } from '../failure.ts';

export async function plan(_options: { root: string; json: boolean }): Promise<ExitCode> {
  throw new Failure(ExitCode.usage, 'plan does not exist yet');
}
