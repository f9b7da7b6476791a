"""Keys, the in-memory store, and errors that cross process borders."""

import pickle

import pytest
from PIL import Image

from services import errors
from services.errors import InvalidInput, NotFound, StorageUnavailable, VitrineError
from services.images import encode
from services.settings import Settings
from services.storage import MemoryStore, S3Store, check_key, store_image

UNSAFE = ["../etc/passwd", "a/../b", "/a", "", "a\nb", "images/a\n", "a b", "a/./b", "ü", "x" * 600, ".."]


@pytest.mark.parametrize("key", UNSAFE)
def test_unsafe_keys_are_refused(key):
    """Nothing that could leave its prefix becomes a key."""
    with pytest.raises(InvalidInput):
        check_key(key)


def test_equal_pictures_are_stored_once():
    """Content addresses make storing twice harmless."""
    store = MemoryStore()
    first, second = (store_image(store, encode(Image.new("RGB", (40, 40), "red"))) for _ in range(2))
    assert first == second
    assert len(store.objects) == 1


def test_missing_objects_are_named():
    """Reading what is not there says which key."""
    with pytest.raises(NotFound, match="images/none"):
        MemoryStore().get("images/none")


def test_unreachable_server_is_a_retryable_error():
    """A store that does not answer is reported with its address and without keys or secrets."""
    store = S3Store(Settings(s3_endpoint="127.0.0.1:9", s3_secret_key="do-not-show"))
    with pytest.raises(StorageUnavailable, match=r"127\.0\.0\.1:9") as caught:
        store.get("images/a")
    assert caught.value.retryable
    assert "do-not-show" not in repr(caught.value)


def error_classes() -> list[type[VitrineError]]:
    return [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, VitrineError)]


@pytest.mark.parametrize("cls", error_classes())
def test_errors_survive_pickling_with_their_sentence(cls):
    """Every error class crosses a Serve handle whole: class, values and sentence."""
    error = cls("one", 2, 3, "four", "five")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is cls
    assert str(again) == str(error)
    assert "{" not in str(error)
