"""What operators read of Serve's long messages."""

from workflows.handles import find_reason

MESSAGE = """Failed to update the deployments ['product'].
ray::ServeReplica:product:product.initialize_and_get_metadata() (pid=7, ip=10.0.0.3)
  File "/opt/vitrine/services/shelf.py", line 90, in take
services.errors.CheckpointUnusable: Checkpoint sdxl cannot be used: a file is missing. Run: vitrine …
"""


def test_only_our_own_sentence_is_shown():
    """Tracebacks, paths and addresses stay inside; a message without our sentence says nothing."""
    assert find_reason(["", MESSAGE]) == ("Checkpoint sdxl cannot be used: a file is missing. Run: vitrine …")
    assert find_reason(["Deploying", "ModuleNotFoundError: /secret"]) == ""
