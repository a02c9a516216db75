import { partitionOf } from '../model/naming.ts';
import type { Random } from '../model/random.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Undefined for a user's long-lived keys. */
  sessionToken: string | undefined;
  /** Undefined: never. In ms on the wall clock. */
  expiresAt: number | undefined;
  callerArn: string;
  instanceId: string | undefined;
}

const lifetimeMs = 6 * 3600 * 1000;

/** The access keys that this EC2 knows: a user's, and those that IMDS hands out to instances. */
export class CredentialStore {
  readonly #byKey = new Map<string, Credentials>();
  readonly #byInstance = new Map<string, Credentials>();
  readonly #random: Random;
  readonly #account: string;
  readonly #partition: string;

  constructor(random: Random, account: string, region: string) {
    this.#random = random;
    this.#account = account;
    this.#partition = partitionOf(region);
  }

  find(accessKeyId: string): Credentials | undefined {
    return this.#byKey.get(accessKeyId);
  }

  /** A user's keys. */
  forUser(name: string): Credentials {
    return this.#add({
      accessKeyId: `AKIA${this.#random.hex(16).toUpperCase()}`,
      sessionToken: undefined,
      expiresAt: undefined,
      callerArn: `arn:${this.#partition}:iam::${this.#account}:user/${name}`,
      instanceId: undefined,
    });
  }

  /** The keys of the instance's role, the same until an hour before they end, as with EC2. */
  forInstance(instanceId: string, role: string, now: number): Credentials {
    const present = this.#byInstance.get(instanceId);
    if (present?.expiresAt !== undefined && present.expiresAt - now > 3600 * 1000) {
      return present;
    }
    const made = this.#add({
      accessKeyId: `ASIA${this.#random.hex(16).toUpperCase()}`,
      sessionToken: `IQoJ${this.#random.hex(64)}`,
      expiresAt: now + lifetimeMs,
      callerArn: `arn:${this.#partition}:sts::${this.#account}:assumed-role/${role}/${instanceId}`,
      instanceId,
    });
    this.#byInstance.set(instanceId, made);
    return made;
  }

  #add(credentials: Omit<Credentials, 'secretAccessKey'>): Credentials {
    const complete = { ...credentials, secretAccessKey: this.#random.hex(40) };
    this.#byKey.set(complete.accessKeyId, complete);
    return complete;
  }
}
