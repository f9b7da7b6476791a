"""The object store: S3 through the minio client, and an in-memory one for unit tests."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

import urllib3
from minio import Minio
from minio.commonconfig import ENABLED, CopySource, Filter
from minio.error import MinioException, S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule

from services.errors import InvalidInput, NotFound, StorageUnavailable
from services.images import PRIVATE_PREFIXES, EncodedImage, ImageRef, image_key
from services.settings import Settings

TEMPORARY_PREFIXES = ("uploads/", "images/", "results/")
PRIVATE_DAYS = 1
_SAFE_KEY = re.compile(r"^(?!.*(?:^|/)\.{1,2}(?:/|$))[A-Za-z0-9_][A-Za-z0-9_./-]{0,500}$")


class ObjectStore(Protocol):
    """What Vitrine needs of a store. Keys are checked; writing the same content twice is harmless."""

    def put(self, key: str, data: bytes, media_type: str) -> None: ...

    def get(self, key: str) -> bytes: ...

    def copy(self, source: str, key: str) -> None: ...

    def exists(self, key: str) -> bool: ...

    def keys(self, prefix: str) -> list[str]: ...

    def delete_all(self, prefix: str) -> None: ...

    def presign(self, key: str, expires_s: int) -> str: ...


def store_image(store: ObjectStore, image: EncodedImage, prefix: str = "images") -> ImageRef:
    """Store a file under its content address and return the reference that travels."""
    key = image_key(prefix, image.data, image.media_type)
    if not store.exists(key):
        store.put(key, image.data, image.media_type)
    return ImageRef(key=key, width=image.width, height=image.height, media_type=image.media_type)


def check_key(key: str) -> str:
    """Return ``key``, or raise InvalidInput if it could leave its prefix or upset a server."""
    if not _SAFE_KEY.fullmatch(key):
        raise InvalidInput("key", f"{key!r} is not an object key (letters, digits, _ . / -, no ..)")
    return key


def connect(settings: Settings, endpoint: str) -> Minio:
    """A client with short timeouts and few retries; connections are pooled."""
    pool = urllib3.PoolManager(
        maxsize=16,
        timeout=urllib3.Timeout(connect=3, read=30),
        retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
    )
    return Minio(
        endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        secure=settings.s3_secure,
        region=settings.s3_region,
        http_client=pool,
    )


class S3Store:
    """One bucket of any S3 server (MinIO, AWS, SeaweedFS, Ceph …)."""

    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.bucket
        self._endpoint = settings.s3_endpoint
        self._client = connect(settings, settings.s3_endpoint)
        self._signer = connect(settings, settings.s3_public_endpoint or settings.s3_endpoint)

    def put(self, key: str, data: bytes, media_type: str) -> None:
        with self._errors(key):
            self._client.put_object(self._bucket, check_key(key), io.BytesIO(data), len(data), content_type=media_type)

    def get(self, key: str) -> bytes:
        with self._errors(key):
            response = self._client.get_object(self._bucket, check_key(key))
            try:
                return response.read()
            finally:
                response.close()
                response.release_conn()

    def copy(self, source: str, key: str) -> None:
        with self._errors(source):
            self._client.copy_object(self._bucket, check_key(key), CopySource(self._bucket, check_key(source)))

    def exists(self, key: str) -> bool:
        try:
            with self._errors(key):
                self._client.stat_object(self._bucket, check_key(key))
        except NotFound:
            return False
        return True

    def keys(self, prefix: str) -> list[str]:
        """All keys that start with ``prefix``, in no order."""
        with self._errors(prefix):
            found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
            return [item.object_name for item in found if item.object_name]

    def delete_all(self, prefix: str) -> None:
        """Delete every object whose key starts with ``prefix``; none is fine."""
        with self._errors(prefix):
            for key in self.keys(prefix):
                self._client.remove_object(self._bucket, check_key(key))

    def presign(self, key: str, expires_s: int) -> str:
        return self._signer.presigned_get_object(self._bucket, check_key(key), expires=timedelta(seconds=expires_s))

    def prepare(self, temporary_days: int) -> None:
        """Make the bucket if it is missing and let temporary and private prefixes expire; safe to repeat."""
        with self._errors(self._bucket):
            if not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket)
            self._client.set_bucket_lifecycle(self._bucket, _lifecycle(temporary_days))

    @contextmanager
    def _errors(self, key: str) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            if error.code in ("NoSuchKey", "NoSuchObject"):
                raise NotFound("object", key) from None
            raise StorageUnavailable(f"{self._endpoint} ({error.code})") from error
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise StorageUnavailable(self._endpoint) from error


def _lifecycle(temporary_days: int) -> LifecycleConfig:
    lives = dict.fromkeys(TEMPORARY_PREFIXES, temporary_days) | dict.fromkeys(PRIVATE_PREFIXES, PRIVATE_DAYS)
    return LifecycleConfig(
        [
            Rule(
                ENABLED,
                rule_filter=Filter(prefix=prefix),
                rule_id=f"expire-{prefix.rstrip('/')}",
                expiration=Expiration(days=days),
            )
            for prefix, days in lives.items()
        ]
    )


class MemoryStore:
    """The same contract in a dict, for unit tests only."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}

    def put(self, key: str, data: bytes, media_type: str) -> None:
        self.objects[check_key(key)] = (data, media_type)

    def get(self, key: str) -> bytes:
        if check_key(key) not in self.objects:
            raise NotFound("object", key)
        return self.objects[key][0]

    def copy(self, source: str, key: str) -> None:
        self.put(key, self.get(source), self.objects[source][1])

    def exists(self, key: str) -> bool:
        return check_key(key) in self.objects

    def keys(self, prefix: str) -> list[str]:
        return [key for key in self.objects if key.startswith(prefix)]

    def delete_all(self, prefix: str) -> None:
        for key in self.keys(prefix):
            del self.objects[key]

    def presign(self, key: str, expires_s: int) -> str:
        return f"memory://{check_key(key)}?expires={expires_s}"
