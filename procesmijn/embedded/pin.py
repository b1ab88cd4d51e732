"""Resolve Kafka's jars anew and write ``kafka.lock``: for whoever moves to another version.

python -m procesmijn.embedded.pin
"""

from __future__ import annotations

import hashlib

import jgo

from procesmijn.embedded.jars import LOCK, ROOTS


def main() -> None:
    """Write the lock; what it pins lands in jgo's repository cache."""
    # Root by root: together, the versions that one root manages would override the other's.
    chosen: dict[tuple[str, str], jgo.maven.Artifact] = {}
    for artifact in (artifact for root in ROOTS for artifact in jgo.resolve(root)):
        chosen.setdefault((artifact.groupId, artifact.artifactId), artifact)
    lines = []
    for (group, name), artifact in sorted(chosen.items()):
        content = artifact.resolve().read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        lines.append(f"{group} {name} {artifact.version} {len(content)} {digest}\n")
    LOCK.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
