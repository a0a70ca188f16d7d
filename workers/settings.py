"""Every setting of Oceanid in one place. `docs/configuration.md` has the table; a test keeps the two in
step."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from workers.errors import ConfigurationError

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Settings(BaseSettings):
    """Settings from the environment. A name not in the table of `docs/configuration.md` is ignored."""

    model_config = SettingsConfigDict(env_prefix="OCEANID_", extra="ignore", populate_by_name=True)

    database_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL 15 to 18 to use, as a libpq URL. "
        "Empty: an embedded PostgreSQL starts by itself.",
    )
    home: Path = Field(
        Path(".oceanid"),
        description="Directory of the embedded server's data and of the default object store.",
    )
    object_store: str | None = Field(
        None,
        description="Where files' bytes are kept: a directory, or `s3://bucket/prefix`. "
        "Empty: `$OCEANID_HOME/objects`.",
    )
    s3_endpoint_url: str | None = Field(
        None, description="Endpoint of an S3-compatible store. Empty: Amazon's own for the region."
    )
    s3_region: str | None = Field(
        None, description="Region of the S3 store. Empty: the AWS client's own default."
    )
    s3_access_key_id: SecretStr | None = Field(
        None, description="Access key of the S3 store (secret). Empty: the AWS client's own credential chain."
    )
    s3_secret_access_key: SecretStr | None = Field(
        None, description="Secret key of the S3 store (secret). Set both keys or neither."
    )
    argilla_url: str | None = Field(None, description="Argilla server to review in. Empty: its jobs wait.")
    argilla_api_key: SecretStr | None = Field(
        None,
        description="API key (secret) of an owner in Argilla: an account of its own, "
        "whose responses count as nobody's.",
    )
    argilla_workspace: str = Field("oceanid", description="Workspace in Argilla; made where it is missing.")
    upload_origins: str | None = Field(
        None,
        description="Origins of web pages that may upload, such as `https://lists.example`, with commas. "
        "Empty: no page of elsewhere.",
    )
    upload_scan: str | None = Field(
        None,
        description="Command that scans each upload for malware; `{}` stands for the file. "
        "Exit code 0 lets it pass. Empty: no scan.",
    )
    upload_url: str = Field(
        "http://127.0.0.1:8600", description="Server to which `oceanid upload` sends files: `oceanid serve`."
    )
    upload_token: SecretStr | None = Field(
        None, description="Token (secret) for `oceanid upload`, as stage.add_uploader gave it."
    )
    raw_store: str | None = Field(
        None,
        description="The append-only raw store: a DuckDB file, or `md:database` at MotherDuck. "
        "Empty: `$OCEANID_HOME/md_raw_ocr.duckdb`.",
    )
    motherduck_token: SecretStr | None = Field(
        None, description="Token (secret) for MotherDuck, where the raw store is there."
    )
    triton_url: str | None = Field(
        None,
        description="`host:port` of the gRPC of the Triton that reads PDFs. "
        "Empty: the one that `oceanid triton up` started, else PDFs wait.",
    )
    review_key: SecretStr | None = Field(
        None,
        description="Key (secret, 32 signs or more) that signs the review pages' sign-ins; the same for all servers "
        "behind one address. Empty: made once, in `$OCEANID_HOME/review.key`.",
    )
    log_level: LogLevel = Field("INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`.")
    health_host: str = Field(
        "127.0.0.1", description="Address on which a worker serves `/health` and `/metrics`."
    )
    health_port: int = Field(
        0, ge=0, le=65535, description="Port of `/health` and `/metrics`. `0`: the worker serves neither."
    )

    @field_validator(
        "database_url",
        "object_store",
        "s3_endpoint_url",
        "s3_region",
        "s3_access_key_id",
        "s3_secret_access_key",
        "argilla_url",
        "argilla_api_key",
        "upload_origins",
        "upload_scan",
        "upload_token",
        "raw_store",
        "motherduck_token",
        "triton_url",
        "review_key",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        # `DATABASE_URL= oceanid …` is how a shell takes a variable away for one command.
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _level_in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def home_path(self) -> Path:
        """`home` as an absolute path, `~` expanded."""
        return self.home.expanduser().resolve()

    @property
    def object_store_location(self) -> str:
        """The object store: an absolute directory, or an `s3://` URL as it was given."""
        if self.object_store is None:
            return str(self.home_path / "objects")
        if self.object_store.startswith("s3://"):
            return self.object_store
        return str(Path(self.object_store).expanduser().resolve())

    @property
    def upload_origin_list(self) -> list[str]:
        """`upload_origins`, one by one."""
        return [
            origin.strip().rstrip("/") for origin in (self.upload_origins or "").split(",") if origin.strip()
        ]

    @property
    def raw_store_location(self) -> str:
        """The raw store: an absolute path, or `md:` and what follows as it was given."""
        if self.raw_store is None:
            return str(self.home_path / "md_raw_ocr.duckdb")
        if self.raw_store.startswith("md:"):
            return self.raw_store
        return str(Path(self.raw_store).expanduser().resolve())


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once from the environment.

    Raises ConfigurationError naming the variables that are wrong, without their values: they may be secrets.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            f"{environment_name(str(e['loc'][0]))}: {e['msg']}" for e in error.errors(include_input=False)
        ]
        raise ConfigurationError(
            "Settings are wrong: " + "; ".join(problems), hint="docs/configuration.md lists every setting."
        ) from None


def environment_name(field: str) -> str:
    """The environment variable of a field of `Settings` (`home` -> `OCEANID_HOME`)."""
    return "DATABASE_URL" if field in ("database_url", "DATABASE_URL") else f"OCEANID_{field.upper()}"


def settings_table() -> str:
    """Every setting as the Markdown table of `docs/configuration.md`."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{environment_name(name)}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"
