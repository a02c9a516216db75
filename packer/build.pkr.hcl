locals {
  uploads = "/tmp/multus-bootstrap-uploads"
  as_root = "sudo env {{ .Vars }} bash {{ .Path }}"
}

build {
  sources = ["source.amazon-ebs.node"]

  provisioner "shell" {
    inline = ["mkdir ${local.uploads}"]
  }

  provisioner "file" {
    sources     = concat([local.package], var.config_files)
    destination = "${local.uploads}/"
  }

  provisioner "shell" {
    script           = "${path.root}/bake.sh"
    execute_command  = local.as_root
    environment_vars = ["UPLOADS=${local.uploads}"]
  }

  provisioner "shell" {
    script          = "${path.root}/validate.sh"
    execute_command = local.as_root
    environment_vars = [
      "VERSION=${local.version}",
      "NODE_VERSION=${local.node_version}",
      "KUBERNETES_VERSION=${var.kubernetes_version}",
    ]
  }

  # Nothing after it: it takes the login away.
  provisioner "shell" {
    script          = "${path.root}/cleanup.sh"
    execute_command = local.as_root
  }

  post-processor "manifest" {
    output = "${path.root}/ami-manifest.json"
    custom_data = {
      version            = local.version
      node_version       = local.node_version
      kubernetes_version = var.kubernetes_version
      architecture       = var.architecture
      source_ami         = local.source_ami
      build_time         = local.build_time
    }
  }
}
