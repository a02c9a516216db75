import type { UserNodeConfig } from './user-data.ts';

const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

/**
 * The proxies that the user's NodeConfigs set for the whole instance, `spec.instance.environment.default`, under
 * their upper-case names. Of several NodeConfigs the later wins, as in nodeadm's own merge.
 */
export function proxyEnvironment(nodeConfigs: readonly UserNodeConfig[]): Record<string, string> {
  return Object.fromEntries(
    nodeConfigs
      .flatMap(({ document }) => Object.entries(variablesOf(document)))
      .map(([name, value]) => [name.toUpperCase(), value] as const)
      .flatMap(([name, value]) => (names.includes(name) && typeof value === 'string' ? [[name, value]] : [])),
  );
}

function variablesOf(document: unknown): object {
  let value = document;
  for (const key of ['spec', 'instance', 'environment', 'default']) {
    value = isObject(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  }
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
