"""The wheel: what it holds, and that it is a whole program wherever it lies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath

import pytest

from wavized.config.paths import DEFAULT_MODEL

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "tests" / "data" / "Slap House Tools" / "One Shots" / "SHT_slap_bass_donk_E.wav"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, built by the sources that a source archive holds."""
    place = tmp_path_factory.mktemp("built")
    build("sdist", ROOT, place)
    with tarfile.open(next(place.glob("*.tar.gz"))) as archive:
        archive.extractall(place, filter="data")
    build("wheel", next(path for path in place.iterdir() if path.is_dir()), place)
    return place


def build(kind: str, sources: Path, into: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)]
    subprocess.run(command, cwd=sources, check=True, capture_output=True)


@pytest.fixture
def wheel(built: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        yield archive


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel):
    """Pages, their vendored parts and licences, templates and tables: whatever is under version control."""
    listed = subprocess.run(["git", "ls-files", "-z", "src"], cwd=ROOT, check=True, capture_output=True)
    kept = {name.removeprefix("src/") for name in listed.stdout.decode().split("\0") if name}
    packed = {name for name in wheel.namelist() if name.startswith("wavized/")}
    new = {
        name for name in packed - kept if (ROOT / "src" / name).is_file() and name.endswith((".py", ".js"))
    }
    assert kept <= packed
    assert {PurePosixPath(name).parts[1] for name in packed - kept - new} == {"models"}
    assert {"wavized/window/static/vendor/preact.js", "wavized/window/static/vendor/LICENSE.preact"} <= packed


def test_the_wheel_holds_the_default_model_alone_as_its_manifest_has_it(wheel):
    """The files are those whose digests were written down, and no other model is carried along."""
    folder = f"wavized/models/{DEFAULT_MODEL}/"
    models = {name for name in wheel.namelist() if name.startswith("wavized/models/")}
    assert {name for name in models if not name.startswith(folder)} == set()
    digests = json.loads(wheel.read(f"{folder}manifest.json"))["files"]
    assert "model.safetensors" in digests
    assert {name: sha256(wheel.read(folder + name)).hexdigest() for name in digests} == digests


def test_the_wheel_tells_its_licence_and_its_command(wheel):
    """The licence travels along, and installing makes the command `wavized`."""
    names = {PurePosixPath(name).name: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "MIT License" in wheel.read(names["LICENSE"]).decode()
    assert "wavized = wavized.cli.main:main" in wheel.read(names["entry_points.txt"]).decode()


def test_no_sound_and_no_test_lies_in_the_wheel(wheel):
    """Sounds are for hearing the tests, not for everybody's disk."""
    endings = (".wav", ".mp3", ".flac", ".ogg", ".aif", ".aiff", ".npz", ".bin", ".pt", ".db")
    assert [
        name for name in wheel.namelist() if name.lower().endswith(endings) or "test" in name.split("/")
    ] == []


def test_installed_outside_the_checkout_it_hears_with_its_own_model(built, tmp_path):
    """Program, worker and model all come from where the wheel was installed."""
    installed = tmp_path / "an other place"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(installed),
    ]
    subprocess.run([*pip, str(next(built.glob("*.whl")))], check=True)
    sample = tmp_path / "sound.wav"
    shutil.copyfile(SAMPLE, sample)
    environment = os.environ | {"PYTHONPATH": str(installed), "XDG_STATE_HOME": str(tmp_path / "state")}

    def ask(*words: str) -> str:
        command = [sys.executable, "-P", *words]
        answer = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        return answer.stdout

    where = ask(
        "-c",
        "import wavized; from wavized.config import paths; print(wavized.__file__, paths.bundled_model())",
    )
    assert where.count(str(installed)) == 2
    heard = json.loads(ask("-m", "wavized", "classify", str(sample), "--json"))
    assert heard["model"] == DEFAULT_MODEL
    assert heard["kind"] == "one_shot"
