import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { Ec2Error } from './port.ts';

/**
 * Has the client throw an `Ec2Error` for an answer that is neither an error nor of EC2's form. The SDK reads the
 * page of a captive portal, or nothing at all, as an empty listing, by which every address would be free.
 */
export function requireAnswerForm(client: EC2Client): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next(args);
        const { response } = result;
        if (isAnswer(response) && response.statusCode < 400 && response.body instanceof Readable) {
          const action = commandName.replace(/Command$/, '');
          const body = await buffer(response.body);
          if (!new RegExp(`^\\s*(<\\?xml[^>]*>\\s*)?<${action}Response[\\s>]`).test(body.toString())) {
            const code = `HTTP ${response.statusCode}`;
            throw new Ec2Error(action, 'unreachable', code, "an answer that is not of EC2's form");
          }
          response.body = body;
        }
        return result;
      },
    // Low: next to the connection, before the SDK's own reading of the body.
    { step: 'deserialize', priority: 'low', name: 'requireAnswerForm' },
  );
}

function isAnswer(response: unknown): response is { statusCode: number; body: unknown } {
  return (
    typeof response === 'object' &&
    response !== null &&
    'statusCode' in response &&
    typeof response.statusCode === 'number' &&
    'body' in response
  );
}
