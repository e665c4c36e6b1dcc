"""`wavized.inference.manifest`: what a model folder declares, and whether it is true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.tiny_model import CATEGORIES, SAMPLE_RATE, make_paper_model, write_manifest
from wavized.domain.sample import Kind
from wavized.errors import ModelUnusableError
from wavized.inference.manifest import check_files, digest_files, read_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_paper_model(tmp_path / "model")


SOUND = {"file_above": 0.8, "margin": 0.2, "reject_above": 0.5}


def complaint(folder: Path) -> str:
    with pytest.raises(ModelUnusableError) as caught:
        check_files(folder, read_manifest(folder))
    assert caught.value.hint
    assert caught.value.exit_code == 4
    return caught.value.message


def test_a_whole_folder_is_read(folder: Path):
    """A whole model folder tells labels, thresholds, rate and window, and passes the check."""
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    assert manifest.info.model_id == "tiny"
    assert manifest.info.categories == CATEGORIES
    assert manifest.info.rejects == {"not_bass": Kind.NOT_BASS, "loop": Kind.LOOP}
    assert (manifest.info.sample_rate, manifest.info.window_s) == (SAMPLE_RATE, 1.0)
    assert (manifest.info.file_above, manifest.info.margin, manifest.info.reject_above) == (0.8, 0.2, 0.5)
    assert manifest.labels == (*CATEGORIES, "not_bass", "loop")
    assert manifest.temperature == 2.0
    assert manifest.files == digest_files(folder)


def test_labels_follow_the_network(folder: Path):
    """Labels stand in the order of the network's outputs, whatever order they are declared in."""
    names = [*CATEGORIES, "not_bass", "loop"][::-1]
    config = {"id2label": {str(index): label for index, label in enumerate(names)}}
    (folder / "config.json").write_text(json.dumps(config))
    write_manifest(folder)
    assert list(read_manifest(folder).labels) == names


def test_missing_folder(tmp_path: Path):
    """A folder that is not there is named."""
    assert str(tmp_path / "nowhere") in complaint(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["manifest.json", "config.json", "model.safetensors"])
def test_missing_file(folder: Path, name: str):
    """A file that is not there is named."""
    (folder / name).unlink()
    assert name in complaint(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "\x00", '{"format": NaN}', "[" * 100_000])
def test_bad_json(folder: Path, text: str):
    """A declaration that is no JSON object makes the model unusable."""
    (folder / "manifest.json").write_text(text)
    assert str(folder) in complaint(folder)


@pytest.mark.parametrize("number", [0, 2, "1", None])
def test_foreign_format(folder: Path, number: object):
    """Only the format that this version knows is read."""
    write_manifest(folder, format=number)
    assert "format" in complaint(folder)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "preprocessor_config.json"])
def test_damage(folder: Path, name: str):
    """One changed byte in any file is noticed, and the file stays as it is."""
    with (folder / name).open("ab") as file:
        file.write(b" ")
    before = (folder / name).read_bytes()
    assert name in complaint(folder)
    assert (folder / name).read_bytes() == before


@pytest.mark.parametrize(
    "key",
    ["model_id", "categories", "rejects", "sample_rate", "window_s", "temperature", "thresholds", "files"],
)
def test_missing_key(folder: Path, key: str):
    """A key that is missing is named."""
    write_manifest(folder, **{key: None})
    assert f"`{key}` is missing" in complaint(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model_id", ""),
        ("categories", []),
        ("categories", "808"),
        ("categories", ["808", "808"]),
        ("categories", ["../808"]),
        ("rejects", {"not_bass": "one_shot"}),
        ("rejects", {"808": "loop"}),
        ("rejects", {"loop": ["loop"]}),
        ("sample_rate", "16000"),
        ("sample_rate", 0),
        ("window_s", -1),
        ("window_s", True),
        ("temperature", 0),
        ("temperature", float("inf")),
        ("thresholds", {"file_above": 1.5, "margin": 0.2, "reject_above": 0.5}),
        ("thresholds", {"file_above": 0.5}),
        ("thresholds", {**SOUND, "file_above_for": {"loop": 0.5}}),
        ("thresholds", {**SOUND, "file_above_for": {"808": 1.5}}),
        ("thresholds", {**SOUND, "file_above_for": [0.5]}),
        ("metrics", []),
        ("files", {}),
    ],
)
def test_nonsense(folder: Path, key: str, value: object):
    """A value that makes no sense makes the model unusable, not the program crash."""
    write_manifest(folder, **{key: value})
    complaint(folder)


def test_a_category_may_have_a_threshold_of_its_own(folder: Path):
    """It is read where it is given, for as many categories as it is given for."""
    write_manifest(folder, thresholds={**SOUND, "file_above_for": {"808": 0.98}})
    assert read_manifest(folder).info.file_above_for == {"808": 0.98}


def test_a_single_category_is_nothing_to_choose_from(folder: Path):
    """A decision names the two likeliest categories, so a model of fewer cannot be used."""
    write_manifest(folder, categories=["808"])
    assert "`categories` names fewer than two" in complaint(folder)


@pytest.mark.parametrize("labels", [["808", "kazoo"], ["808", "acid"]])
def test_foreign_labels(folder: Path, labels: list[str]):
    """A network with other labels than the declared ones is refused."""
    write_manifest(folder, categories=labels)
    assert "labels" in complaint(folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", "..", "", "a\\b", "C:x"])
def test_files_stay_inside(folder: Path, name: str):
    """A declaration cannot make the program read outside its folder."""
    write_manifest(folder, files={**digest_files(folder), name: "0" * 64})
    assert "no plain file name" in complaint(folder)
