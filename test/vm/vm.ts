import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Eni } from '../simulator/model/records.ts';
import type { BaseDisk } from './base-disk.ts';
import { until, within } from './bounds.ts';
import type { Answer } from './guest-commands.ts';
import { device, netdev } from './hardware.ts';
import { type Power, switchOn } from './power.ts';

/** Where this is set, the folders of VMs stay, with disk and logs. */
const keepVariable = 'MULTUS_BOOTSTRAP_TEST_KEEP_VM';

/** How long a boot, a shutdown or a command may take. */
const boundMs = 300_000;

/** An emulated machine with a disk of its own, which outlives its power. */
export class Vm {
  readonly folder: string;
  readonly #kernel: string;
  readonly #attached: () => readonly Eni[];
  #power: Power | undefined;

  private constructor(folder: string, kernel: string, attached: () => readonly Eni[]) {
    this.folder = folder;
    this.#kernel = kernel;
    this.#attached = attached;
  }

  /**
   * A machine that has never been on.
   *
   * @param attached answers the ENIs whose devices it has, at any time
   */
  static async make({ disk, kernel }: BaseDisk, attached: () => readonly Eni[]): Promise<Vm> {
    const vm = new Vm(await mkdtemp(join(tmpdir(), 'multus-bootstrap-vm-')), kernel, attached);
    await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', disk, '-F', 'raw', vm.#path('disk.qcow2')]);
    return vm;
  }

  /** Switches it on; it then boots. A silent console is QEMU's own trouble: it gets a second chance. */
  async start(): Promise<void> {
    assert(this.#power === undefined, 'the VM is on');
    await this.#switchOn().catch(async () => {
      await this.powerCut();
      await this.#explain(this.#switchOn());
    });
  }

  async #switchOn(): Promise<void> {
    const before = await this.consoleLog();
    const power = await switchOn({
      kernel: this.#kernel,
      disk: this.#path('disk.qcow2'),
      console: this.#path('console.log'),
      journal: this.#path('journal.log'),
      qmp: this.#path('qmp'),
      commands: this.#path('commands'),
      enis: this.#attached(),
    });
    this.#power = power;
    power.off.then(() => {
      this.#power = this.#power === power ? undefined : this.#power;
    });
    await this.matchDevices();
    const speaks = async () => ((await this.consoleLog()).length > before.length ? true : undefined);
    await until('the console to say something', speaks, 30_000);
  }

  /** Plugs in what is missing and takes out what is too much, if it is on. */
  async matchDevices(): Promise<void> {
    const power = this.#power;
    if (power === undefined) {
      return;
    }
    const wanted = this.#attached();
    const missing = wanted.filter(({ id }) => !power.plugged.has(id));
    const surplus = [...power.plugged].filter((id) => !wanted.some((eni) => eni.id === id));
    const changes = Promise.all([
      ...missing.map((eni) => plug(power, eni)),
      ...surplus.map((id) => unplug(power, id)),
    ]);
    await this.#explain(Promise.race([changes, power.off]));
  }

  /**
   * Has clients reach an address of the VM at a port of 127.0.0.1, as long as the power is on. Their packets come over the
   * ENI's link, from its network's router.
   */
  async forward({ id }: Eni, port: number, to: string): Promise<void> {
    const { qmp } = this.#on();
    const line = `hostfwd_add net-${id} tcp:127.0.0.1:${port}-${to}`;
    // It has no other command, and this one refuses in words.
    assert.equal(await qmp.execute('human-monitor-command', { 'command-line': line }), '', line);
  }

  /** Runs a command; waits for the boot to be as far, if it is not. */
  async exec(command: readonly string[], options: { boundMs?: number } = {}): Promise<Answer> {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const { commands } = this.#on();
    return this.#explain(within(commands.run(quoted), options.boundMs ?? boundMs, `an answer to ${quoted}`));
  }

  /** Runs a command that has to succeed, and answers its output. */
  async output(command: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.exec(command);
    assert.equal(exitCode, 0, `${command.join(' ')} in the VM: ${stderr}`);
    return stdout;
  }

  async readFile(path: string): Promise<string> {
    return this.output(['cat', path]);
  }

  /** Looks until there is an answer, in time. */
  async until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    return this.#explain(until(what, look, boundMs));
  }

  /** As `systemctl reboot` does; answers when commands can be run again. */
  async reboot(): Promise<void> {
    const { commands } = this.#on();
    const boot = await this.#explain(within(commands.booted(), boundMs, 'the VM to boot'));
    await this.exec(['systemctl', '--no-block', 'reboot']);
    await this.#explain(within(commands.booted(boot), boundMs, 'the VM to boot again'));
  }

  /** Shuts down, as an instance that is stopped. */
  async stop(): Promise<void> {
    const { off } = this.#on();
    await this.exec(['systemctl', '--no-block', 'poweroff']);
    await this.#explain(within(off, boundMs, 'the VM to shut down'));
  }

  /** What was not synced is lost. */
  async powerCut(): Promise<void> {
    await this.#power?.cut();
    this.#power = undefined;
  }

  /** All that came on the serial console since the VM was made, of all its boots. */
  async consoleLog(): Promise<string> {
    return this.#read('console.log');
  }

  /** All that the journal took, of all its boots: it is told on a serial port of its own. */
  async journalLog(): Promise<string> {
    return this.#read('journal.log');
  }

  async remove(): Promise<void> {
    await this.powerCut();
    if (process.env[keepVariable] === undefined) {
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  #on(): Power {
    assert(this.#power !== undefined, 'the VM is off');
    return this.#power;
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  #read(name: string): Promise<string> {
    return readFile(this.#path(name), 'utf8').catch(() => '');
  }

  /** Adds to an error what the VM last said. */
  async #explain<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      const tail = (log: string) => log.trimEnd().split('\n').slice(-40).join('\n');
      const [console, journal] = [tail(await this.consoleLog()), tail(await this.journalLog())];
      const told = `--- ${this.folder}, console:\n${console}\n--- journal:\n${journal}`;
      throw new Error(`${error instanceof Error ? error.message : error}\n${told}`, { cause: error });
    }
  }
}

async function plug({ plugged, qmp }: Power, eni: Eni): Promise<void> {
  plugged.add(eni.id);
  await qmp.execute('netdev_add', netdev(eni));
  await qmp.execute('device_add', device(eni));
}

async function unplug({ plugged, qmp }: Power, id: string): Promise<void> {
  plugged.delete(id);
  await qmp.deleteDevice(id);
  await qmp.execute('netdev_del', { id: `net-${id}` });
}
