import http from 'node:http';
import { ownAddress } from './own-address.ts';
import { accepts } from './tcp.ts';

const boundMs = 300;
const kubeProxy = { host: '127.0.0.1', port: 10_256, path: '/healthz' };

/**
 * Tells whether this node would serve what arrives for a NodePort: by the service's own port at this node's own
 * address, else by kube-proxy's health. A kube-proxy that has never answered tells nothing; once it has, its silence does.
 */
export function createServingCheck() {
  let hasAnswered = false;

  async function kubeProxyIsHealthy(signal: AbortSignal): Promise<boolean | undefined> {
    const status = await statusOf(AbortSignal.any([signal, AbortSignal.timeout(boundMs)]));
    hasAnswered ||= status !== undefined;
    return hasAnswered ? status === 200 : undefined;
  }

  return async (port: number | undefined, signal: AbortSignal): Promise<boolean | undefined> => {
    if (port === undefined) {
      return kubeProxyIsHealthy(signal);
    }
    const address = await ownAddress();
    return address === undefined ? undefined : accepts(address, port, boundMs, signal);
  };
}

/** The HTTP status of kube-proxy's health; undefined where there is no answer. */
function statusOf(signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    http
      .get({ ...kubeProxy, agent: false, signal }, (response) => {
        // The body may break off: it tells no more.
        response.on('error', () => undefined).resume();
        resolve(response.statusCode);
      })
      .on('error', () => resolve(undefined));
  });
}
