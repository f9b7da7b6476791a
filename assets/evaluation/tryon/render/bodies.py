"""Bodies for the rendered persons: shape and pose from the parametric body Anny (Apache-2.0), in one .npz each.

    pip install --no-deps anny==0.6.2 roma trimesh  # beside torch
    python assets/evaluation/tryon/render/bodies.py .cache/people

Each file holds, in metres, z up, the person facing -y: ``rest`` and ``posed`` vertices (n, 3), ``faces`` (m, 4),
``part`` (n): index in PARTS, ``arm`` and ``leg`` (n): how far along the arm or leg a vertex lies at rest, 0 at the
shoulder or hip, 1 at the wrist or ankle, -1 elsewhere.
"""

import sys
from pathlib import Path

import anny
import numpy as np
import roma
import torch
from wardrobe import PARTS

BONES = {
    "arm": ("shoulder01", "upperarm", "lowerarm"),
    "leg": ("upperleg", "lowerleg"),
    "hand": ("wrist", "finger", "metacarpal"),
    "foot": ("foot", "toe"),
    "eye": ("eye",),
    "head": (
        "neck02", "neck03", "head", "jaw", "special", "tongue", "levator", "oris", "orbicularis", "temporalis", "oculi",
        "risorius",
    ),
}  # fmt: skip
SHAPES = {
    "ana": {"gender": 0.0, "age": 0.66, "muscle": 0.5, "weight": 0.42, "height": 0.5, "proportions": 0.55},
    "ben": {"gender": 1.0, "age": 0.66, "muscle": 0.6, "weight": 0.5, "height": 0.55, "proportions": 0.55},
    "cleo": {"gender": 0.0, "age": 0.72, "muscle": 0.45, "weight": 0.62, "height": 0.45, "proportions": 0.6},
    "dov": {"gender": 1.0, "age": 0.8, "muscle": 0.45, "weight": 0.66, "height": 0.5, "proportions": 0.5},
    "eri": {"gender": 0.1, "age": 0.66, "muscle": 0.5, "weight": 0.35, "height": 0.6, "proportions": 0.6},
    "form": {"gender": 0.5, "age": 0.66, "muscle": 0.5, "weight": 0.48, "height": 0.5, "proportions": 0.55},
}


def arms(left: float, right: float, bent: float = 0.0) -> dict[str, tuple[float, float, float]]:
    """Turns that bring the arms down from the rest pose: 33 degrees to the side; bent: the right elbow, degrees.

    The axes are each bone's own: x bends it forward, y runs along it, z lifts it.
    """
    return {
        "upperarm01.L": (-8, 0, -left), "lowerarm01.L": (-26, 0, 0),
        "upperarm01.R": (-8, 0, right), "lowerarm01.R": (bent - 26, 0, 0),
    }  # fmt: skip


POSES = {
    "ana": arms(33, 33),
    "ben": arms(20, 20),
    "cleo": arms(28, 18, bent=22),
    "dov": arms(24, 24) | {"root": (0, 0, 14)},
    "eri": arms(16, 30) | {"spine03": (0, 0, 5)},
    "form": arms(0, 0),
}


def main(out: Path) -> None:
    """Write every body."""
    out.mkdir(parents=True, exist_ok=True)
    model = anny.create_fullbody_model()
    for name, shape in SHAPES.items():
        turns = {bone: turn(degrees) for bone, degrees in POSES[name].items()}
        made = model(pose_parameters=turns, phenotype_kwargs=shape)
        still = model(pose_parameters={"root": turn((0, 0, 0))}, phenotype_kwargs=shape)
        rest, heads = still["vertices"][0].numpy(), still["bone_poses"][0, :, :3, 3].numpy()
        part = parts(model)
        np.savez_compressed(
            out / f"{name}.npz", rest=rest, posed=made["vertices"][0].numpy(), faces=model.faces.numpy(), part=part,
            arm=along(rest, heads, model.bone_labels, part, ("arm", "hand"), "upperarm01", "lowerarm01", "wrist"),
            leg=along(rest, heads, model.bone_labels, part, ("leg", "foot"), "upperleg01", "lowerleg01", "foot"),
        )  # fmt: skip


def turn(degrees: tuple[float, float, float]) -> torch.Tensor:
    """A rotation as (1, 4, 4)."""
    matrix = torch.eye(4, dtype=torch.float64)[None]
    matrix[0, :3, :3] = roma.rotvec_to_rotmat(torch.tensor(np.deg2rad(degrees)))
    return matrix


def parts(model: anny.Anny) -> np.ndarray:
    """The part (n,) of each vertex: that of the bone which moves it most."""
    strongest = model.vertex_bone_weights.argmax(1, keepdim=True)
    bones = model.vertex_bone_indices.gather(1, strongest)[:, 0]
    named = [
        next((PARTS.index(part) for part, starts in BONES.items() if label.startswith(starts)), 0)
        for label in model.bone_labels
    ]
    return np.array(named)[bones.numpy()]


def along(
    rest: np.ndarray, heads: np.ndarray, labels: list[str], part: np.ndarray, where: tuple[str, ...], *joints: str
) -> np.ndarray:
    """How far (n,) each vertex of a limb is from its first joint to its last; -1 for vertices of other parts."""
    found = np.full(len(rest), -1.0)
    of_limb = np.isin(part, [PARTS.index(name) for name in where])
    for side, sign in ((".L", 1), (".R", -1)):
        points = np.array([heads[labels.index(joint + side)] for joint in joints])
        lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
        mine = of_limb & (rest[:, 0] * sign > 0)
        upper, lower = (points[1] - points[0]) / lengths[0], (points[2] - points[1]) / lengths[1]
        far = (rest[mine] - points[1]) @ lower
        found[mine] = np.where(far > 0, lengths[0] + far, (rest[mine] - points[0]) @ upper) / lengths.sum()
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
