data "aws_eks_cluster" "this" {
  name = var.cluster_name
}

data "aws_partition" "current" {}

locals {
  user_data = templatefile("${path.module}/user-data.tftpl", {
    cluster_name          = var.cluster_name
    api_server_endpoint   = data.aws_eks_cluster.this.endpoint
    certificate_authority = data.aws_eks_cluster.this.certificate_authority[0].data
    service_cidr          = data.aws_eks_cluster.this.kubernetes_network_config[0].service_ipv4_cidr
    interfaces            = var.interfaces
    labels                = var.labels
  })

  eks_policies = toset([
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
  ])
}

resource "aws_launch_template" "this" {
  name_prefix            = "${var.cluster_name}-${var.name}-"
  update_default_version = true

  image_id      = var.ami_id
  instance_type = var.instance_type

  # No network_interfaces block: the agent adds the Multus ENIs itself.
  vpc_security_group_ids = var.security_group_ids

  # nodeadm, cloud-init and the agent inflate it. EC2 takes 16 KB.
  user_data = base64gzip(local.user_data)

  iam_instance_profile {
    arn = aws_iam_instance_profile.this.arn
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # The agent runs on the host. Pods that use the node's role need 2.
    http_put_response_hop_limit = 1
  }
}

resource "aws_autoscaling_group" "this" {
  name_prefix         = "${var.cluster_name}-${var.name}-"
  min_size            = var.size.min
  desired_capacity    = var.size.desired
  max_size            = var.size.max
  vpc_zone_identifier = var.subnet_ids

  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }

  instance_refresh {
    strategy = "Rolling"
  }

  tag {
    key                 = "Name"
    value               = "${var.cluster_name}-${var.name}"
    propagate_at_launch = true
  }

  tag {
    key                 = "kubernetes.io/cluster/${var.cluster_name}"
    value               = "owned"
    propagate_at_launch = true
  }

  # A node that boots without them fails, and stays so until someone restarts the agent.
  depends_on = [
    aws_eks_access_entry.this,
    aws_iam_role_policy.multus_bootstrap,
    aws_iam_role_policy_attachment.eks,
  ]
}
