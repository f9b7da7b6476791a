"""A real HTTP server that speaks as much of the hub's protocol as huggingface_hub needs for one model repository."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def serve_hub(repo: str, folder: Path) -> Iterator[str]:
    """Serve the files of a folder as a repository whose branch main is COMMIT; yields the address for HF_ENDPOINT."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0].removeprefix("/")
            if path.startswith(f"api/models/{repo}/tree/"):
                return self.answer(json.dumps([entry(folder, file) for file in files(folder)]).encode())
            if path.startswith(f"api/models/{repo}"):
                return self.answer(json.dumps(self.model()).encode())
            if path.startswith(f"{repo}/resolve/"):
                return self.send_file(folder / path.split("/", 4)[4])
            self.answer(b"{}", 404)

        do_HEAD = do_GET

        def model(self) -> dict:
            siblings = [{"rfilename": made["path"], **made} for made in (entry(folder, file) for file in files(folder))]
            return {"id": repo, "modelId": repo, "sha": COMMIT, "private": False, "tags": [], "siblings": siblings}

        def send_file(self, file: Path) -> None:
            if not file.is_file():
                return self.answer(b"", 404)
            data = file.read_bytes()
            self.answer(data, headers={"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT})

        def answer(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def entry(folder: Path, file: Path) -> dict:
    """One file as the hub lists it: weights are stored as LFS objects, with their sha256."""
    data = file.read_bytes()
    facts = {"type": "file", "path": str(file.relative_to(folder)), "oid": "0" * 40, "size": len(data)}
    if file.suffix != ".safetensors":
        return facts
    return facts | {
        "lfs": {"oid": hashlib.sha256(data).hexdigest(), "sha256": hashlib.sha256(data).hexdigest(),
                "size": len(data), "pointerSize": 130}
    }  # fmt: skip
