"""What the frozen program leaves behind, and why. Used by the spec while building; changes nothing."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from pathlib import Path, PurePath

import transformers
from transformers.models.auto.configuration_auto import model_type_to_module_name
from transformers.models.auto.modeling_auto import MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES

MODELS = Path(transformers.__file__).parent / "models"

DEVELOPMENT = (
    "IPython",
    "PyInstaller",
    "_pytest",
    "grimp",
    "hypothesis",
    "importlinter",
    "mypy",
    "mypyc",
    "pip",
    "playwright",
    "pytest",
    "ruff",
    "setuptools",
    "test",
    "wheel",
    "xdist",
)
"""Tools of those who build it."""

TRAINING = (
    "accelerate",
    "alembic",
    "contourpy",
    "fontTools",
    "jinja2",
    "kiwisolver",
    "matplotlib",
    "optuna",
    "pandas",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "threadpoolctl",
)
"""The `train` extra: `wavized train` says what it lacks, and how to install that."""

UNUSED = (
    "hf_xet", "tokenizers",  # downloads and texts: Wavized does neither
    "networkx", "tensorboard", "triton",  # only for compiling and watching a training
    "cairo", "gi",  # laid beside the program, see `tray_bindings`
    "_tkinter", "tkinter", "turtle", "lib2to3", "pydoc_data",
    "torch.utils.tensorboard", "torch.utils.benchmark", "torch.test",
    "transformers.cli", "transformers.exporters", "transformers.trainer", "transformers.trainer_seq2seq",
)  # fmt: skip
"""What nobody ever asks for in this program."""

OTHER_LICENCE = ("readline", "_gdbm", "dbm.gnu")
"""Would bring libraries under the GPL along, for nothing."""

REPLACEABLE = ("pystray", "Xlib", "soxr")
"""Under the LGPL: ordinary files beside the program, so that anybody can put another version there."""

TEST_LIBRARIES = re.compile(r"aoti_custom_ops|backend_with_compiler|jitbackend_test|torchbind_test")
"""torch's own test suite in C++."""

SYSTEMS_OWN = re.compile(r"libmvec\.so|libcudart\.so")
"""A part of the C library, which must be the system's; and a graphics card's, found by chance."""

SOURCES_NOT_READ = {("torch", name) for name in ("_dynamo", "_inductor", "distributed", "onnx", "testing")}
"""torch reads sources of its own when it is imported, but none of these, which are the larger part."""


def excluded_modules() -> list[str]:
    """All modules that are not to be followed."""
    kept = kept_architectures(MODELS)
    others = sorted(p.name for p in MODELS.iterdir() if (p / "__init__.py").is_file())
    architectures = [f"transformers.models.{name}" for name in others if name not in kept]
    return [*DEVELOPMENT, *TRAINING, *UNUSED, *OTHER_LICENCE, *architectures]


def kept_architectures(models: Path) -> set[str]:
    """The folders of `transformers.models` that a model folder may ask for, with what they import.

    Those are all architectures for audio classification: `model:` in the config may name a stock one.
    """
    wanted = ["auto", *map(model_type_to_module_name, MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES)]
    kept: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in kept and (models / name).is_dir():
            kept.add(name)
            if name != "auto":  # it names all others, and imports them when they are asked for
                wanted.extend(imported_architectures(models / name))
    return kept


def imported_architectures(folder: Path) -> set[str]:
    """The sibling folders that an architecture's files import from; its modular sources are not run."""
    sources = (p for p in folder.glob("*.py") if not p.name.startswith(("modular_", "convert_")))
    texts = (p.read_text(encoding="utf-8") for p in sources)
    return {name for text in texts for name in re.findall(r"^from \.\.(\w+)[. ]", text, re.MULTILINE)}


def tray_bindings() -> Path | None:
    """The folder of PyGObject (the `linux-tray` extra), where the building Python has it."""
    found = importlib.util.find_spec("gi")
    return Path(found.origin).parent if found and found.origin else None


def is_wanted(destination: str) -> bool:
    """Whether a file belongs into the program's folder: no tests, no unread sources."""
    path = PurePath(destination)
    if TEST_LIBRARIES.search(path.name) or SYSTEMS_OWN.match(path.name):
        return False
    if path.suffix == ".py" and path.parts[:2] in SOURCES_NOT_READ:
        return path.name == "config.py"  # these are looked into for their remarks
    if path.parts[:2] == ("torch", "bin"):
        return path.stem == "torch_shm_manager"  # torch will not start without it
    return True


def wanted(entries: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The entries (destination, source, kind) of a list of PyInstaller's that belong into the program."""
    return [entry for entry in entries if is_wanted(entry[0])]


def strippable(folder: Path) -> list[Path]:
    """Libraries with symbols nobody reads; those in `*.libs` were changed after linking and would break."""
    named = (path for name in ("*.so*", "torch_shm_manager") for path in folder.rglob(name))
    found = (path for path in named if path.is_file() and not path.is_symlink())
    return sorted(path for path in found if not path.parent.name.endswith(".libs"))
