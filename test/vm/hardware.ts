import type { Eni } from '../simulator/model/records.ts';

/** What a VM is made of. */
export interface Hardware {
  /** The kernel that is booted, without an initrd. */
  kernel: string;
  disk: string;
  /** Files for what the console and the journal say. */
  console: string;
  journal: string;
  /** Sockets on which the bench listens. */
  qmp: string;
  commands: string;
  /** Those that are attached when the power comes on. */
  enis: readonly Eni[];
}

const commandLine = [
  ...['root=/dev/nvme0n1', 'rw', 'console=ttyS0', 'quiet', 'systemd.show_status=1', 'TERM=dumb'],
  'mitigations=off',
].join(' ');

/** The arguments of QEMU: a PC whose links are called as in EC2, ens5 being the primary. */
export function qemuArguments(hardware: Hardware): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-machine', 'pc', '-accel', 'tcg,thread=multi'],
    // A plain processor, and no detours round its flaws: less to emulate.
    ...['-cpu', 'qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand', '-smp', '2', '-m', '1024'],
    ...['-kernel', hardware.kernel, '-append', commandLine],
    // QEMU's NVMe takes no notice of Force Unit Access, with which ext4 ends a commit: where the image has blocks that are
    // not in its own tables yet, a kill would undo an fsync. So these are written with each write.
    ...['-drive', `file=${hardware.disk},if=none,id=root,format=qcow2,cache.writeback=off,cache.no-flush=on`],
    ...['-device', 'nvme,drive=root,serial=vol00000001,addr=0x3'],
    ...['-chardev', `file,id=console,path=${hardware.console},append=on`, '-serial', 'chardev:console'],
    ...['-chardev', `file,id=journal,path=${hardware.journal},append=on`, '-serial', 'chardev:journal'],
    ...['-qmp', `unix:${hardware.qmp}`],
    ...['-chardev', `socket,id=commands,path=${hardware.commands}`, '-device', 'virtio-serial-pci,addr=0x4'],
    ...['-device', 'virtserialport,chardev=commands,name=test.commands'],
    ...hardware.enis.flatMap((eni) => [
      ...['-netdev', JSON.stringify(netdev(eni)), '-device', JSON.stringify(device(eni))],
    ]),
  ];
}

/**
 * The network that an ENI is on: its DHCP server answers with the ENI's address. Through the primary, the VM reaches what
 * this namespace reaches.
 */
export function netdev(eni: Eni) {
  const [address] = eni.addresses;
  const network = address?.replace(/\.\d+$/, '');
  return {
    type: 'user',
    id: `net-${eni.id}`,
    ipv6: false,
    restrict: eni.attachment?.deviceIndex !== 0,
    ...(network === undefined
      ? {}
      : { net: `${network}.0/24`, host: `${network}.1`, dns: `${network}.2`, dhcpstart: address }),
  };
}

/** An ENI's device, in the slot that its index asks for. */
export function device(eni: Eni) {
  const slot = 5 + (eni.attachment?.deviceIndex ?? 0);
  return {
    driver: 'virtio-net-pci',
    id: eni.id,
    netdev: `net-${eni.id}`,
    mac: eni.mac,
    addr: `0x${slot.toString(16)}`,
    host_mtu: 9001,
    romfile: '',
  };
}
