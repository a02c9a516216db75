#!/usr/bin/env bash
# The job as a user-data script does it with the aws command, one step after the other:
#   aws-script.sh FIRST_FREE GROUP SUBNET…
# FIRST_FREE is `yes` for the first free address of each subnet (a /24), `no` for one that EC2 chooses.
set -euo pipefail

first_free=$1 group=$2
shift 2
imds=${AWS_EC2_METADATA_SERVICE_ENDPOINT%/}/latest

token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$imds/api/token")
metadata() { curl -sf -H "X-aws-ec2-metadata-token: $token" "$imds/meta-data/$1"; }
ec2() { /usr/bin/aws ec2 "$@" --endpoint-url "$AWS_ENDPOINT_URL_EC2" --output text; }

instance=$(metadata instance-id)
zone=$(metadata placement/availability-zone)
subnets=$(ec2 describe-subnets --subnet-ids "$@" --filters "Name=availability-zone,Values=$zone" \
  --query 'Subnets[].[SubnetId,CidrBlock]')

index=0
macs=()
while read -r subnet cidr; do
  index=$((index + 1))
  address=()
  if [ "$first_free" = yes ]; then
    used=$(ec2 describe-network-interfaces --filters "Name=subnet-id,Values=$subnet" \
      --query 'NetworkInterfaces[].PrivateIpAddresses[].PrivateIpAddress' | tr '\t' '\n')
    for host in {4..254}; do
      candidate=${cidr%.*}.$host
      if ! grep -qxF "$candidate" <<<"$used"; then
        address=(--private-ip-address "$candidate")
        break
      fi
    done
  fi
  read -r eni mac < <(ec2 create-network-interface --subnet-id "$subnet" --groups "$group" "${address[@]}" \
    --tag-specifications 'ResourceType=network-interface,Tags=[{Key=node.k8s.amazonaws.com/no_manage,Value=true}]' \
    --query 'NetworkInterface.[NetworkInterfaceId,MacAddress]')
  attachment=$(ec2 attach-network-interface --network-interface-id "$eni" --instance-id "$instance" \
    --device-index "$index" --query AttachmentId)
  ec2 modify-network-interface-attribute --network-interface-id "$eni" \
    --attachment "AttachmentId=$attachment,DeleteOnTermination=true"
  macs+=("$mac")
done <<<"$subnets"

for mac in "${macs[@]}"; do
  until link=$(grep -lx "$mac" /sys/class/net/ens*/address); do
    sleep 0.1
  done
  ip link set dev "$(basename "$(dirname "$link")")" up
done
