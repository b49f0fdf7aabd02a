"""Signs with the vendor's own signer, in a process of its own: it writes to the home directory and warns on import.

Reads a JSON list of requests on standard input and writes the list of their `Authorization` headers and targets.
"""

import json
import sys
from typing import Any

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer


def signed(given: dict[str, Any]) -> tuple[str, str]:
    request = SdkRequest(
        method="GET",
        schema="https",
        host=given["headers"]["Host"],
        resource_path=given["path"],
        query_params=[(name, value) for name, value in given["parameters"]],
        header_params=given["headers"],
        body="",
    )
    answer = Signer(BasicCredentials(given["access"], given["secret"], "p")).sign(request)
    return answer.header_params["Authorization"], answer.uri


json.dump([signed(each) for each in json.load(sys.stdin)], sys.stdout)
