"""C2PA: finished files are signed with the operator's certificate, or with a development one made on first run."""

import io
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.errors import InvalidConfiguration
from services.settings import Settings

log = logging.getLogger("vitrine.signing")
DEVELOPMENT = "Vitrine development, not trusted"
_LIFE = timedelta(days=365)
_SIGNING = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"verify_after_sign": False}}
_READING = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}  # a file must not make us call anyone
_NO_USAGE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@dataclass(frozen=True)
class Certificate:
    """A signing chain and its private key, both PEM; the last certificate of the chain is the root."""

    chain: bytes
    key: bytes
    is_development: bool

    @property
    def root(self) -> str:
        """The root certificate, which a reader must trust."""
        return "-----BEGIN" + self.chain.decode().rsplit("-----BEGIN", 1)[1]


@dataclass(frozen=True)
class Signer:
    """Signs files, and reads signatures with its own root trusted."""

    certificate: Certificate
    time_stamp_url: str = ""

    @cached_property
    def _context(self) -> c2pa.Context:
        return c2pa.Context.from_dict(_SIGNING)

    @cached_property
    def _trusting(self) -> c2pa.Context:
        return c2pa.Context.from_dict({**_READING, "trust": {"user_anchors": self.certificate.root}})

    def sign(self, data: bytes, media_type: str, manifest: Mapping[str, Any]) -> bytes:
        """The file with the manifest inside, about 4 KB larger."""
        info = c2pa.C2paSignerInfo(
            alg=b"es256",
            sign_cert=self.certificate.chain,
            private_key=self.certificate.key,
            ta_url=self.time_stamp_url.encode() or None,
        )
        signed = io.BytesIO()
        builder = c2pa.Builder(dict(manifest), context=self._context)
        builder.sign(c2pa.Signer.from_info(info), media_type, io.BytesIO(data), signed)
        return signed.getvalue()

    def read(self, data: bytes, media_type: str) -> tuple[str, Mapping[str, Any]]:
        """The state of a file's signature (Trusted, Valid, Invalid, none) and its active manifest."""
        try:
            reader = c2pa.Reader(media_type, io.BytesIO(data), context=self._trusting)
        except c2pa.C2paError as error:
            return ("none" if "ManifestNotFound" in str(error) else "Invalid"), {}
        store = json.loads(reader.json())
        return str(reader.get_validation_state()), store["manifests"].get(store.get("active_manifest", ""), {})


def load_signer(settings: Settings) -> Signer:
    """The operator's certificate if it is set, else the development one.

    Raises:
        InvalidConfiguration: a certificate or key that cannot be read.
    """
    if settings.signing_certificate:
        chain = _read("signing_certificate", settings.signing_certificate)
        certificate = Certificate(chain, _read("signing_key", settings.signing_key), is_development=False)
    else:
        certificate = _development_certificate(Path(settings.signing_folder))
        log.warning("files are signed with a development certificate; set VITRINE_SIGNING_CERTIFICATE to be trusted")
    return Signer(certificate, settings.signing_time_stamp_url)


def _read(setting: str, path: str) -> bytes:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InvalidConfiguration(f"VITRINE_{setting.upper()}", path, error.strerror or "cannot be read") from None
    if b"-----BEGIN" not in data:
        raise InvalidConfiguration(f"VITRINE_{setting.upper()}", path, "is no PEM file")
    return data


def _development_certificate(folder: Path) -> Certificate:
    """The one in the folder; a new one when there is none, it has run out, or the folder cannot be read."""
    path = folder / "development.pem"
    try:
        kept = path.read_bytes()
        chain, _, key = kept.partition(b"-----BEGIN PRIVATE KEY")
        if x509.load_pem_x509_certificate(chain).not_valid_after_utc > datetime.now(UTC):
            return Certificate(chain, b"-----BEGIN PRIVATE KEY" + key, is_development=True)
    except (OSError, ValueError):
        log.info("a development certificate is made in %s", folder)
    made = make_development_certificate()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made.chain + made.key)
        fresh.replace(path)
    except OSError:
        log.warning("%s cannot be written; this certificate lives as long as the process", folder)
    return made


def make_development_certificate() -> Certificate:
    """A root and a leaf of one year, ES256, as C2PA asks for them."""
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate(
        "root",
        "root",
        root_key,
        root_key,
        [
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (x509.KeyUsage(**{**_NO_USAGE, "key_cert_sign": True, "crl_sign": True}), True),
        ],
    )
    leaf = _certificate(
        "signer",
        "root",
        leaf_key,
        root_key,
        [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.KeyUsage(**{**_NO_USAGE, "digital_signature": True}), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False),
        ],
    )
    chain = leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
    key = leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Certificate(chain, key, is_development=True)


def _certificate(
    name: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT)
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common)])
