"""Settings: where the upstream is, which project is asked for, and who may ask."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from gateway.settings.access import checked_header, checked_tokens
from gateway.settings.origin import origin


class CallerSettings(BaseModel):
    """The upstream, the project, and the credentials."""

    upstream_url: Annotated[str, AfterValidator(origin)] = Field(
        description="Scheme and host of the REST API, such as https://vod.REGION.example.com."
    )
    upstream_plain_http: bool = Field(
        default=False, description="Whether the REST API may be reached over plain http elsewhere than on loopback."
    )
    project_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="The project that is asked for. Needed unless callers name theirs.",
    )
    callers_choose_project: bool = Field(
        default=False, description="Whether a caller's `X-Project-Id` may name another project."
    )
    credentials: str = Field(
        default="token,presigned",
        pattern=r"^(token|presigned|key)( *, *(token|presigned|key))*$",
        description="The kinds of credential accepted: `token` (a caller's X-Auth-Token), `presigned` (a request that "
        "the caller signed), `key` (the gateway's own key).",
    )
    access_key: SecretStr | None = Field(default=None, min_length=1, description="The AK of the gateway's own key.")
    secret_key: SecretStr | None = Field(default=None, min_length=1, description="The SK of the gateway's own key.")
    security_token: SecretStr | None = Field(
        default=None, min_length=1, description="What a temporary key has to send along with its signatures."
    )
    access_tokens: Annotated[SecretStr | None, AfterValidator(checked_tokens)] = Field(
        default=None,
        description="Who may use the gateway's own key: access tokens of at least 16 characters, separated by blanks, "
        "each `TOKEN` for GATEWAY_PROJECT_ID or `TOKEN:PROJECT,PROJECT`.",
    )
    access_header: Annotated[str, AfterValidator(checked_header)] = Field(
        default="Authorization",
        pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$",
        description="Where callers send an access token: as `Bearer TOKEN` in `Authorization`, alone in any other "
        "header.",
    )
    admit_everyone: bool = Field(
        default=False,
        description="Whether everyone who reaches the gateway may read with its own key, without any access token.",
    )
