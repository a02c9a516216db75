packer {
  required_version = ">= 1.9.0"

  required_plugins {
    amazon = {
      source = "github.com/hashicorp/amazon"
      # imds_support needs 1.2.2.
      version = ">= 1.2.2, < 2.0.0"
    }
  }
}
