source "amazon-ebs" "node" {
  region        = var.region
  source_ami    = local.source_ami
  instance_type = local.instance_type

  subnet_id                             = var.subnet_id
  associate_public_ip_address           = var.associate_public_ip_address
  temporary_security_group_source_cidrs = var.ssh_source_cidrs
  iam_instance_profile                  = var.iam_instance_profile

  ssh_username            = "ec2-user"
  ssh_interface           = var.ssh_interface
  temporary_key_pair_type = "ed25519"

  # IMDSv2 only: for the instance that builds, and for all that are launched from the AMI.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  imds_support = "v2.0"

  ami_name        = local.ami_name
  ami_description = "EKS ${var.kubernetes_version} node with multus-bootstrap ${local.version} (${var.architecture}), from {{ .SourceAMIName }}"
  ami_regions     = var.ami_regions
  ami_users       = var.ami_users
  ami_org_arns    = var.ami_org_arns

  encrypt_boot       = var.encrypt ? true : null
  kms_key_id         = local.kms_key_id
  region_kms_key_ids = local.region_kms_key_ids

  tags          = local.tags
  snapshot_tags = local.tags
  # None of ours: they say what an AMI holds.
  run_tags        = merge(var.tags, { Name = "packer ${local.ami_name}" })
  run_volume_tags = merge(var.tags, { Name = "packer ${local.ami_name}" })
}
