"""Joins cluster.yaml and the Serve configuration to rayservice.yaml: ``python deploy/kuberay/build.py``."""

from pathlib import Path

import yaml

HERE = Path(__file__).parent
HEADER = "# Built by build.py from cluster.yaml and ../serve-cluster.yaml. Change those.\n"


class Dumper(yaml.SafeDumper):
    """Without anchors, which some Kubernetes tools refuse, and with long text as a block."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, represent_text)


def build() -> str:
    """The whole RayService as YAML."""
    service = yaml.safe_load((HERE / "cluster.yaml").read_text())
    config = yaml.safe_load((HERE.parent / "serve-cluster.yaml").read_text())
    service["spec"]["serveConfigV2"] = yaml.safe_dump(config, sort_keys=False, width=110)
    return HEADER + yaml.dump(service, Dumper=Dumper, sort_keys=False, width=110)


if __name__ == "__main__":
    (HERE / "rayservice.yaml").write_text(build())
