import { ExitCode, Failure } from '../failure.ts';

export async function status(_options: { root: string; json: boolean }): Promise<ExitCode> {
  throw new Failure(ExitCode.usage, 'status does not exist yet');
}
