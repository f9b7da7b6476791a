"""The operator's settings: read once from the environment, typed, frozen."""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.errors import InvalidConfiguration

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "assets"


class Settings(BaseSettings):
    """Each field is the environment variable ``VITRINE_<FIELD>``; every default works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="VITRINE_", frozen=True)

    s3_endpoint: str = Field("127.0.0.1:8333", description="host:port of any S3 server, without http://")
    s3_access_key: str = Field("vitrine", description="S3 access key")
    s3_secret_key: SecretStr = Field(SecretStr("vitrine-secret"), description="S3 secret key; never logged")
    s3_secure: bool = Field(False, description="true for https")
    s3_region: str = Field("us-east-1", description="region used in signatures")
    s3_public_endpoint: str = Field("", description="host:port in presigned URLs, when clients use another name")
    bucket: str = Field("vitrine", pattern=r"^[a-z0-9][a-z0-9.-]{2,62}$", description="bucket for everything")
    url_ttl_s: int = Field(86_400, ge=60, le=604_800, description="life of a presigned URL, seconds")
    temporary_days: int = Field(7, ge=1, le=365, description="days until uploads/, images/ and results/ expire")
    http_port: int = Field(8000, ge=1, le=65_535, description="port of the HTTP ingress")
    max_requests_in_hand: int = Field(64, ge=1, description="creative requests running or waiting in one gateway")
    deadline_s: float = Field(120, gt=0, description="longest time for one creative request, seconds")
    checkpoints: str = Field(
        "", description="folder or s3://bucket/prefix that holds pulled checkpoints; empty: the hub"
    )
    checkpoints_cache: Path = Field(
        Path("~/.cache/vitrine/checkpoints"), description="where a host keeps what it fetched from an s3:// prefix"
    )
    checkpoints_lock: Path = Field(ROOT / "deploy/checkpoints.lock.yaml", description="file of resolved revisions")
    loras: str = Field("", description="folder of LoRAs: <folder>/<checkpoint>/<name>.safetensors")
    allow_non_commercial: bool = Field(False, description="load checkpoints whose licence forbids commercial use")
    signing_certificate: str = Field("", description="PEM chain that signs files, leaf first; empty: development")
    signing_key: str = Field("", description="PEM private key (PKCS 8, ES256) of that certificate")
    signing_folder: str = Field(str(ROOT / ".vitrine"), description="where the development certificate is kept")
    signing_time_stamp_url: str = Field("", description="RFC 3161 time-stamp authority; empty: signatures without time")
    wait_limit_s: float = Field(60, ge=0, description="longest wait honoured from Prefer: wait, seconds")


@cache
def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        InvalidConfiguration: a variable that does not parse, with its name and value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"VITRINE_{first['loc'][0]}".upper()
        shown = "(hidden)" if "secret" in name.lower() else first["input"]
        raise InvalidConfiguration(name, shown, first["msg"]) from None
