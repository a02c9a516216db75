# regex_replace() gives "" where all of a value fits: Packer knows it for longer than regex().

variable "region" {
  type        = string
  description = "Region to build in, such as eu-west-1."
  validation {
    condition     = var.region != "" && regex_replace(var.region, "^[a-z]{2,}(-[a-z]+)+-[0-9]+$", "") == ""
    error_message = "The region must look like eu-west-1."
  }
}

variable "kubernetes_version" {
  type        = string
  description = "Kubernetes version of the EKS cluster, such as 1.34. The build fails if the source AMI has another."
  validation {
    condition     = var.kubernetes_version != "" && regex_replace(var.kubernetes_version, "^1\\.[0-9]{2}$", "") == ""
    error_message = "The kubernetes_version must be of two parts, such as 1.34."
  }
}

variable "architecture" {
  type        = string
  description = "x86_64 or arm64."
  default     = "x86_64"
  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture must be x86_64 or arm64."
  }
}

variable "source_ami" {
  type        = string
  description = "Id of the AMI to build on: an EKS-optimized AL2023 one, or derived from one. Default: the recommended one for kubernetes_version and architecture, from SSM."
  default     = null
  validation {
    condition     = var.source_ami == null ? true : var.source_ami != "" && regex_replace(var.source_ami, "^ami-[0-9a-f]+$", "") == ""
    error_message = "The source_ami must look like ami-0123456789abcdef0."
  }
}

variable "package" {
  type        = string
  description = "Archive of multus-bootstrap to install. Default: what `npm run package` has made for the architecture."
  default     = null
}

variable "config_files" {
  type        = list(string)
  description = "Configuration to bake into the image: files for /etc/multus-bootstrap/config.d, merged by name, before the user data."
  default     = []
  validation {
    condition     = length([for file in var.config_files : file if regex_replace(file, "^.*\\.(yaml|yml|json)$", "") != ""]) == 0
    error_message = "Each of config_files must end with .yaml, .yml or .json: other files are not read."
  }
}

variable "instance_type" {
  type        = string
  description = "Instance type of the build. Default: t3.medium, or t4g.medium for arm64."
  default     = null
}

variable "subnet_id" {
  type        = string
  description = "Subnet of the build. Default: one of the default VPC."
  default     = null
  validation {
    condition     = var.subnet_id == null ? true : var.subnet_id != "" && regex_replace(var.subnet_id, "^subnet-[0-9a-f]+$", "") == ""
    error_message = "The subnet_id must look like subnet-0123456789abcdef0."
  }
}

variable "associate_public_ip_address" {
  type        = bool
  description = "Whether the build's instance gets a public address. Default: as the subnet says."
  default     = null
}

variable "ssh_interface" {
  type        = string
  description = "How Packer reaches the instance: public_ip, private_ip, public_dns, private_dns or session_manager (which needs iam_instance_profile). Default: its public address, or the private one where it has none."
  default     = null
  validation {
    condition     = var.ssh_interface == null ? true : contains(["public_ip", "private_ip", "public_dns", "private_dns", "session_manager"], var.ssh_interface)
    error_message = "The ssh_interface must be public_ip, private_ip, public_dns, private_dns or session_manager."
  }
}

variable "ssh_source_cidrs" {
  type        = list(string)
  description = "From where the build's temporary security group lets SSH in: better your own address than everyone's."
  default     = ["0.0.0.0/0"]
}

variable "iam_instance_profile" {
  type        = string
  description = "Instance profile of the build, for ssh_interface = session_manager: it needs AmazonSSMManagedInstanceCore."
  default     = null
}

variable "ami_name_prefix" {
  type        = string
  description = "What the AMI's name begins with; Kubernetes version, architecture, our version and the time follow."
  default     = "multus-bootstrap-eks"
  validation {
    condition     = length(var.ami_name_prefix) > 0 && length(var.ami_name_prefix) <= 64 && regex_replace(var.ami_name_prefix, "^[a-zA-Z0-9 ()./_-]*$", "") == ""
    error_message = "The ami_name_prefix must be 1 to 64 letters, digits, spaces or ( ) . / _ -."
  }
}

variable "ami_regions" {
  type        = list(string)
  description = "Further regions to copy the AMI to."
  default     = []
}

variable "ami_users" {
  type        = list(string)
  description = "Ids of accounts that may launch the AMI."
  default     = []
  validation {
    condition     = length([for user in var.ami_users : user if user == "" || regex_replace(user, "^[0-9]{12}$", "") != ""]) == 0
    error_message = "Each of ami_users must be an account id of 12 digits."
  }
}

variable "ami_org_arns" {
  type        = list(string)
  description = "ARNs of AWS organizations whose accounts may launch the AMI."
  default     = []
}

variable "encrypt" {
  type        = bool
  description = "Whether to encrypt the AMI and its copies, by a copy. Default: as the source AMI and the account say."
  default     = false
}

variable "kms_key_ids" {
  type        = map(string)
  description = "KMS keys by region, for region and ami_regions: key ids, ARNs or alias/NAME; with encrypt. Default: each region's key for EBS, with which an AMI cannot be shared."
  default     = {}
}

variable "tags" {
  type        = map(string)
  description = "Further tags for the AMI, its snapshots, and all that the build makes."
  default     = {}
}
