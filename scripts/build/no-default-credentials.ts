import type { Plugin } from 'esbuild';

/**
 * Leaves out the SDK's default chain of credentials, with SSO, STS and ~/.aws: agent/ec2/credentials.ts hands the client its
 * own. A client without any throws as it is used.
 */
export const noDefaultCredentials: Plugin = {
  name: 'no-default-credentials',
  setup({ onResolve, onLoad, onEnd }) {
    let isMet = false;
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({
      path,
      namespace: 'no-default-credentials',
    }));
    onLoad({ filter: /./, namespace: 'no-default-credentials' }, () => {
      isMet = true;
      return { contents: 'export const defaultProvider = undefined;' };
    });
    onEnd(() =>
      isMet
        ? {}
        : { errors: [{ text: 'the SDK does not import @aws-sdk/credential-provider-node any more' }] },
    );
  },
};
