"""A path that is asked for so often that it does not wait for the router."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Shortcut:
    """Hands one path's requests to their application, and all others on.

    Args:
        app: Gets all others.
        path: The path.
        target: Its application.
    """

    def __init__(self, app: ASGIApp, *, path: str, target: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._target = target

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        if scope["type"] == "http" and scope["path"] == self._path:
            scope["endpoint"] = self._target  # as the router would note it
            await self._target(scope, receive, send)
        else:
            await self._app(scope, receive, send)
