import type { IncomingHttpHeaders } from 'node:http';
import type { CredentialStore } from '../api/credentials.ts';
import { isUp } from '../model/records.ts';
import type { World } from '../model/world.ts';
import { defaultImdsOptions, type ImdsOptions } from './options.ts';
import { imdsTree, type Tree } from './tree.ts';

export interface ImdsAnswer {
  status: number;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}

const tokenPath = '/latest/api/token';
const ttlHeader = 'x-aws-ec2-metadata-token-ttl-seconds';

/** The instance metadata service of one instance. */
export class Imds {
  readonly options: ImdsOptions;
  readonly #world: World;
  readonly #instanceId: string;
  readonly #credentials: CredentialStore;
  /** When each token ends, on the world's clock. */
  readonly #tokens = new Map<string, number>();
  /** Until when a detached MAC lingers. */
  readonly #lingering = new Map<string, number>();

  constructor(world: World, instanceId: string, credentials: CredentialStore, options: Partial<ImdsOptions>) {
    this.options = { ...defaultImdsOptions, ...options };
    this.#world = world;
    this.#instanceId = instanceId;
    this.#credentials = credentials;
  }

  /** An ENI with this MAC has been detached, of which IMDS hears late. */
  detached(mac: string): void {
    const { clock, settings } = this.#world;
    this.#lingering.set(mac, clock.now() + settings.imdsLagMs + this.options.lingerMs);
  }

  /** `refused`: the connection breaks. `lost`: no answer arrives. */
  answer(method: string, path: string, headers: IncomingHttpHeaders): ImdsAnswer | 'refused' | 'lost' {
    this.#world.settle();
    const { options } = this;
    const instance = this.#world.instances.get(this.#instanceId);
    if (instance === undefined || !isUp(instance)) {
      return 'refused';
    }
    if (options.refuseNext > 0) {
      options.refuseNext--;
      return 'refused';
    }
    if (options.notFoundNext > 0) {
      options.notFoundNext--;
      return plain(404);
    }
    if (options.throttleNext > 0) {
      options.throttleNext--;
      return plain(503);
    }
    if (!options.enabled) {
      return plain(403);
    }
    if (method === 'PUT') {
      return this.#newToken(path, headers);
    }
    if (method !== 'GET' && method !== 'HEAD') {
      return plain(405);
    }
    if (!this.#authorized(headers)) {
      return plain(401);
    }
    return this.#read(path);
  }

  #newToken(path: string, headers: IncomingHttpHeaders): ImdsAnswer | 'lost' {
    if (path !== tokenPath) {
      return plain(404);
    }
    if (headers['x-forwarded-for'] !== undefined) {
      return plain(403);
    }
    const seconds = String(headers[ttlHeader] ?? '');
    const ttl = /^\d{1,5}$/.test(seconds) ? Number(seconds) : 0;
    if (ttl < 1 || ttl > 21600) {
      return plain(400);
    }
    if (this.options.hops > this.options.hopLimit) {
      return 'lost';
    }
    const token = `AQAEA${this.#world.random.hex(48)}==`;
    this.#tokens.set(token, this.#world.clock.now() + ttl * 1000);
    return { status: 200, body: token, headers: { [ttlHeader]: seconds } };
  }

  #authorized(headers: IncomingHttpHeaders): boolean {
    const token = headers['x-aws-ec2-metadata-token'];
    if (token === undefined) {
      return this.options.tokens === 'optional';
    }
    if (this.options.expireTokenNext > 0 && this.#tokens.delete(String(token))) {
      this.options.expireTokenNext--;
    }
    return (this.#tokens.get(String(token)) ?? Number.NEGATIVE_INFINITY) > this.#world.clock.now();
  }

  #read(path: string): ImdsAnswer {
    const instance = this.#world.instances.get(this.#instanceId);
    const parts = /^\/(?:latest|\d{4}-\d\d-\d\d|1\.0)(\/.*)?$/.exec(path);
    if (instance === undefined || parts === null) {
      return plain(404);
    }
    const now = this.#world.clock.now();
    const lingering = [...this.#lingering].filter(([, until]) => until > now).map(([mac]) => mac);
    const { options } = this;
    const credentials = this.#credentials;
    let node: Tree | undefined = imdsTree({ world: this.#world, instance, options, credentials, lingering });
    for (const name of (parts[1] ?? '').split('/').filter((each) => each !== '')) {
      node = isDirectory(node) && Object.hasOwn(node, name) ? node[name] : undefined;
    }
    if (node === undefined) {
      return plain(404);
    }
    if (isDirectory(node)) {
      return { status: 200, body: listing(node) };
    }
    const headers = { 'Content-Type': 'application/octet-stream' };
    return { status: 200, body: node, ...(typeof node === 'string' ? {} : { headers }) };
  }
}

function isDirectory(node: Tree | undefined): node is { [name: string]: Tree | undefined } {
  return typeof node === 'object' && !(node instanceof Uint8Array);
}

/** One name a line; directories end with a slash, but for roles, as in IMDS. */
function listing(directory: { [name: string]: Tree | undefined }): string {
  return Object.entries(directory)
    .filter(([, node]) => node !== undefined)
    .map(([name, node]) => (isDirectory(node) ? `${name}/` : name))
    .sort()
    .join('\n');
}

const reasons: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  503: 'Service Unavailable',
};

function plain(status: number): ImdsAnswer {
  return { status, body: `${status} - ${reasons[status] ?? ''}` };
}
