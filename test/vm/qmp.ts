import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { within } from './bounds.ts';

const message = z.object({
  id: z.number().optional(),
  return: z.unknown().optional(),
  error: z.object({ desc: z.string() }).optional(),
  event: z.string().optional(),
  data: z.object({ device: z.string().optional() }).optional(),
});
type Message = z.infer<typeof message>;

const boundMs = 30_000;

/** QEMU's control port. */
export class Qmp {
  readonly #socket: Socket;
  readonly #listeners = new Set<(message: Message) => void>();
  #lastId = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    // QEMU is killed, and its connections are reset: readline tells that once more.
    socket.on('error', () => {});
    createInterface(socket)
      .on('line', (line) => {
        const parsed = message.parse(JSON.parse(line));
        for (const listener of this.#listeners) {
          listener(parsed);
        }
      })
      .on('error', () => {});
  }

  /** Executes a command, and answers what it returns; throws QEMU's refusal. */
  async execute(command: string, args: object = {}): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = this.#next((each) => each.id === id, `QEMU's answer to ${command}`);
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    const { error, return: value } = await answered;
    if (error !== undefined) {
      throw new Error(`QEMU refuses ${command} ${JSON.stringify(args)}: ${error.desc}`);
    }
    return value;
  }

  /** Asks the guest to let go of a device, and waits until it has. */
  async deleteDevice(id: string): Promise<void> {
    const gone = this.#next(
      ({ event, data }) => event === 'DEVICE_DELETED' && data?.device === id,
      `the VM to let go of ${id}`,
    );
    // Where QEMU refuses, nobody waits for this one.
    gone.catch(() => {});
    await this.execute('device_del', { id });
    await gone;
  }

  #next(wanted: (message: Message) => boolean, what: string): Promise<Message> {
    const found = Promise.withResolvers<Message>();
    const listener = (each: Message) => wanted(each) && found.resolve(each);
    this.#listeners.add(listener);
    return within(found.promise, boundMs, what).finally(() => this.#listeners.delete(listener));
  }
}
