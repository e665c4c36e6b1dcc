"""Whose work is in the program, and on what terms. Run as a program it writes THIRD-PARTY.md.

The frozen program's spec asks for the full texts of what it really carries. Reads installed metadata alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TABLE = Path(__file__).with_name("THIRD-PARTY.md")
NATIVE = Path(__file__).with_name("NATIVE.md")
OWN = "wavized"
TEXT_NAMES = ("licen", "copying", "notice")


def required(name: str = OWN) -> list[Distribution]:
    """Everything that installing `name` brings along on this system, by name; itself and extras left out."""
    found: dict[str, Distribution] = {}
    wanted = [name]
    while wanted:
        key = canonicalize_name(wanted.pop())
        if key in found:
            continue
        try:
            found[key] = distribution(key)
        except PackageNotFoundError:
            continue  # wanted only by other systems
        for line in found[key].requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.append(requirement.name)
    del found[canonicalize_name(name)]
    return [found[key] for key in sorted(found)]


def behind(modules: Iterable[str]) -> list[Distribution]:
    """The packages that these modules came with, by name."""
    by_module = packages_distributions()
    names = {name for module in modules for name in by_module.get(module.partition(".")[0], ())}
    return [distribution(name) for name in sorted(names, key=str.lower) if canonicalize_name(name) != OWN]


def licence(package: Distribution) -> str:
    """A package's licence in its own words, as short as it has them."""
    metadata = package.metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classified = [line for line in metadata.get_all("Classifier", []) if line.startswith("License ::")]
    if classified:
        return ", ".join(line.rpartition(" :: ")[2] for line in classified)
    return str(metadata.get("License") or "").partition("\n")[0]


def texts(package: Distribution) -> dict[str, str]:
    """Licence files by name, each text once."""
    found: dict[str, str] = {}
    for file in package.files or ():
        if ".dist-info/" in str(file) and file.name.lower().startswith(TEXT_NAMES):
            text = Path(str(file.locate())).read_text(encoding="utf-8", errors="replace").strip()
            if text not in found.values():
                found[str(file).partition(".dist-info/")[2]] = text
    return found


def notice(packages: Iterable[Distribution]) -> str:
    """The full text to hand out with the program."""
    parts = [NATIVE.read_text(encoding="utf-8")]
    for package in packages:
        parts.append(f"{'=' * 78}\n{package.name} {package.version}: {licence(package)}\n")
        parts.extend(f"--- {name}\n\n{text}\n" for name, text in texts(package).items())
    return "\n".join(parts)


def table(packages: Iterable[Distribution]) -> str:
    """The same as a list to look through."""
    rows = (f"| {canonicalize_name(package.name)} | {licence(package)} |" for package in packages)
    heading = "# What Wavized brings along when it is installed\n\n| package | licence |\n|---|---|\n"
    return heading + "\n".join(rows) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(required()), encoding="utf-8")
