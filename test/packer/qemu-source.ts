import { type BakeMachine, bakeHardware } from './bake-machine.ts';

/** The source of a build that needs no network: QEMU, on a copy of the machine's disk. */
export function qemuSource(machine: BakeMachine, mac: string, output: string): string {
  const hardware: [string, string][] = [
    ...bakeHardware(machine, mac, 'user.0'),
    ['-drive', `if=none,id=root,format=raw,cache=unsafe,file=${output}/disk`],
  ];
  return `source "qemu" "node" {
  accelerator      = "tcg"
  machine_type     = "pc"
  cpus             = 2
  memory           = 1024
  disk_image       = true
  iso_url          = "${machine.disk}"
  iso_checksum     = "none"
  skip_resize_disk = true
  format           = "raw"
  output_directory = "${output}"
  vm_name          = "disk"
  headless         = true
  disable_vnc      = true
  boot_wait        = "1s"

  ssh_username         = "ec2-user"
  ssh_private_key_file = "${machine.key}"
  ssh_timeout          = "5m"
  shutdown_command     = "sudo systemctl poweroff"

  qemuargs = ${JSON.stringify(hardware)}
}
`;
}
