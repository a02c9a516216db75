"""Makes the EC2 calls that it reads, one JSON list [method, arguments] a line, and writes each answer as a line.

A method that ends with "*" is called page by page: its answer is the list of pages.
"""

import json
import os
import sys

import boto3
from botocore.exceptions import ClientError

ec2 = boto3.client("ec2", endpoint_url=os.environ["AWS_ENDPOINT_URL_EC2"])


def answer(method, arguments):
    try:
        if method.endswith("*"):
            return list(ec2.get_paginator(method[:-1]).paginate(**arguments))
        return getattr(ec2, method)(**arguments)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"], "status": status}


for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line)), default=str), flush=True)
