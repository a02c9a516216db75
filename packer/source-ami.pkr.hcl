data "amazon-parameterstore" "eks" {
  region = var.region
  # Packer reads every data source, needed or not. With source_ami it reads one that every region has: the cluster's
  # version may be gone from SSM.
  name = var.source_ami == null ? "/aws/service/eks/optimized-ami/${var.kubernetes_version}/amazon-linux-2023/${var.architecture}/standard/recommended/image_id" : "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${var.architecture}"
}

locals {
  source_ami = var.source_ami == null ? data.amazon-parameterstore.eks.value : var.source_ami
}
