variable "cluster_name" {
  description = "Name of the EKS cluster"
  type        = string
}

variable "name" {
  description = "Name of the node group"
  type        = string
  default     = "multus"
}

variable "ami_id" {
  description = "The AMI with multus-bootstrap in it"
  type        = string
}

variable "instance_type" {
  description = "An instance type with an interface more than there are in interfaces, at least"
  type        = string
  default     = "m5.xlarge"
}

variable "size" {
  description = "How many nodes"
  type        = object({ min = number, desired = number, max = number })
  default     = { min = 2, desired = 2, max = 3 }
}

variable "subnet_ids" {
  description = "Subnets of the nodes' primary interfaces"
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups of the nodes' primary interfaces, the cluster's among them"
  type        = list(string)
}

variable "interfaces" {
  description = "spec.interfaces of the MultusNodeConfig, with its own keys"
  type        = any
}

variable "labels" {
  description = "spec.kubelet.labels of the MultusNodeConfig. Write $${eth1.address} for what the agent is to put in"
  type        = map(string)
  default     = {}
}
