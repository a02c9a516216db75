resource "aws_iam_role" "this" {
  # IAM allows 38 characters.
  name_prefix = substr("${var.cluster_name}-${var.name}-", 0, 38)

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.${data.aws_partition.current.dns_suffix}" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "eks" {
  for_each = local.eks_policies

  role       = aws_iam_role.this.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.key}"
}

resource "aws_iam_role_policy" "multus_bootstrap" {
  name   = "multus-bootstrap"
  role   = aws_iam_role.this.name
  policy = replace(file("${path.module}/../iam/multus-bootstrap-policy.json"), "arn:aws:", "arn:${data.aws_partition.current.partition}:")
}

resource "aws_iam_instance_profile" "this" {
  name_prefix = substr("${var.cluster_name}-${var.name}-", 0, 38)
  role        = aws_iam_role.this.name
}

resource "aws_eks_access_entry" "this" {
  cluster_name  = var.cluster_name
  principal_arn = aws_iam_role.this.arn
  type          = "EC2_LINUX"
}
