"""Runs the vendor's SDK, in a process of its own: it writes to the home directory and warns as it is imported.

Reads a JSON object on standard input and writes a JSON list: what each step answered. Steps are `list`, `details`
(the SDK calls the url) and `sign` (the SDK only signs a url, and its headers are the answer).
"""

import json
import sys
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkvod.v1 import ListThumbnailDetailsRequest, ListThumbnailInfoRequest, VodClient


def credentials(given: dict[str, Any]) -> Any:
    pair = BasicCredentials(given["access"], given["secret"], given["project"])
    return pair.with_security_token(given["security_token"]) if given.get("security_token") else pair


def step(given: dict[str, Any], name: str, arguments: dict[str, Any]) -> Any:
    client = VodClient.new_builder().with_credentials(credentials(given)).with_endpoint(given["url"]).build()
    try:
        if name == "list":
            return client.list_thumbnail_info(ListThumbnailInfoRequest(**arguments)).to_dict()
        if name == "details":
            return client.list_thumbnail_details(ListThumbnailDetailsRequest(**arguments)).to_dict()
    except ClientRequestException as error:
        return {"status": error.status_code, "code": error.error_code, "message": error.error_msg}
    parts = urlsplit(arguments["url"])
    query = parse_qsl(parts.query, keep_blank_values=True)
    request = SdkRequest(
        schema=parts.scheme, host=parts.netloc, resource_path=parts.path, query_params=query, header_params={}, body=""
    )
    return Signer(credentials(given)).sign(request).header_params


def main() -> None:
    given = json.load(sys.stdin)
    json.dump([step(given | more, name, arguments) for name, arguments, more in given["steps"]], sys.stdout)


main()
