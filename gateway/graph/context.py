"""What one request's resolvers share."""

from dataclasses import dataclass, field

import strawberry

from gateway.credentials.resolve import Caller
from gateway.errors import Unauthenticated
from gateway.graph.enums import UnknownValues
from gateway.listing.listing import Listing
from gateway.listing.report import Report
from gateway.upstream.models import SnapshotRow, TaskRow


@dataclass(frozen=True)
class Services:
    """What is built once for all requests.

    Args:
        tasks: The listing of snapshot tasks.
        snapshots: The listing of a task's pictures.
        max_first: The highest `first` of a connection.
        unknown_values: Reads the upstream's words as enums.
    """

    tasks: Listing[TaskRow]
    snapshots: Listing[SnapshotRow]
    max_first: int
    unknown_values: UnknownValues = field(default_factory=UnknownValues)


@dataclass(frozen=True)
class Context:
    """One request: who asks, what serves, and what it took."""

    services: Services
    who: Caller | None
    report: Report = field(default_factory=Report)

    @property
    def caller(self) -> Caller:
        """Who asks.

        Raises:
            Unauthenticated: The request holds no credential.
        """
        if self.who is None:
            raise no_credential()
        return self.who


def no_credential() -> Unauthenticated:
    """The error for a request that asks the upstream and holds no credential."""
    return Unauthenticated(
        "This needs a credential, such as an IAM token as `X-Auth-Token`; `WWW-Authenticate` names the kinds accepted."
    )


Info = strawberry.Info[Context, None]
