import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What a command in the VM answered. */
export interface Answer {
  exitCode: number;
  stdout: string;
  stderr: string;
}

interface Waiting {
  boot: string;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** The serial port where guest/usr/lib/test-machine/commands listens. */
export class GuestCommands {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, Waiting>();
  #boot: string | undefined;
  #onBoot: (() => void)[] = [];
  #lastId = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    // QEMU is killed, and its connections are reset: readline tells that once more.
    socket.on('error', () => {});
    createInterface(socket)
      .on('line', (line) => this.#read(line))
      .on('error', () => {});
    socket.on('close', () => this.#loseAll('the VM was switched off'));
  }

  /** The id of the boot that listens, once one other than `than` does. */
  async booted(than?: string): Promise<string> {
    while (this.#boot === undefined || this.#boot === than) {
      await new Promise<void>((resolve) => this.#onBoot.push(resolve));
    }
    return this.#boot;
  }

  /** Runs a shell command in the boot that listens; throws if that boot ends meanwhile. */
  async run(command: string): Promise<Answer> {
    const boot = await this.booted();
    this.#lastId += 1;
    const id = String(this.#lastId);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { boot, resolve, reject });
      this.#socket.write(`${id} ${Buffer.from(command).toString('base64')}\n`);
    });
  }

  #read(line: string): void {
    const [kind, id = '', code, output, errors] = line.split(' ');
    if (kind === 'boot') {
      this.#boot = id;
      this.#loseAll('the VM booted anew', id);
      for (const resolve of this.#onBoot.splice(0)) {
        resolve();
      }
    } else if (kind === 'answer' && errors !== undefined) {
      this.#waiting
        .get(id)
        ?.resolve({ exitCode: Number(code), stdout: decode(output), stderr: decode(errors) });
      this.#waiting.delete(id);
    }
  }

  #loseAll(why: string, boot?: string): void {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.boot !== boot) {
        waiting.reject(new Error(`${why} before a command had ended`));
        this.#waiting.delete(id);
      }
    }
  }
}

/** The fields begin with a sign, so that an empty one is there. */
function decode(field = '='): string {
  return Buffer.from(field.slice(1), 'base64').toString();
}
