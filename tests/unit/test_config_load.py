"""Reading the config file: what loads, what is refused, and that nothing else ever happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from wavized.config.dump import dump
from wavized.config.load import MAX_BYTES, load
from wavized.config.model import DEFAULT_FOLDERS, Config, Existing, WatchFolder
from wavized.domain.sample import FilingMode
from wavized.errors import ConfigError

MINIMAL = "library: lib\nwatch: [{path: in}]\n"


@pytest.fixture(scope="module")
def config_path(tmp_path_factory):
    """One file for all examples of a property test; each example writes it anew."""
    return tmp_path_factory.mktemp("config") / "config.yaml"


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    return caught.value.problems


def test_the_smallest_config_loads_with_every_default(tmp_path):
    """Library and one watched folder are enough; relative paths start at the config file's folder."""
    config = load(write(tmp_path, MINIMAL))
    assert config == Config(library=tmp_path / "lib", watch=(WatchFolder(path=tmp_path / "in"),))
    assert config.mode is FilingMode.COPY
    assert config.watch[0].existing is Existing.LEAVE
    assert config.folders == DEFAULT_FOLDERS


def test_a_byte_order_mark_and_windows_line_ends_are_no_hindrance(tmp_path):
    """A file saved by Windows Notepad loads like any other."""
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load(path) == load(write(tmp_path, MINIMAL))


def test_an_unquoted_808_is_a_category(tmp_path):
    """What YAML takes for numbers is read as the text that was written; other folders keep their names."""
    config = load(write(tmp_path, MINIMAL + "folders: {808: 1.10, sub: Yes}\n"))
    assert config.folders == {**DEFAULT_FOLDERS, "808": "1.10", "sub": "Yes"}


def test_home_and_variables_are_filled_in(tmp_path, monkeypatch):
    """`~` and `$NAME` work at the start and within a path, and dots are folded away."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("MUSIC", str(tmp_path / "music"))
    text = (
        "library: ~/a/../lib\nwatch:\n - path: $MUSIC/in\n - path: ${MUSIC}2\n - path: x/Ca$h\n - path: $$x\n"
    )
    config = load(write(tmp_path, text))
    assert config.library == tmp_path / "home" / "lib"
    assert [folder.path for folder in config.watch] == [
        tmp_path / "music" / "in",
        tmp_path / "music2",
        tmp_path / "x" / "Ca$h",
        tmp_path / "$x",
    ]


@pytest.mark.parametrize(
    "written", ["$NO_SUCH_NAME/lib", "a/${NO_SUCH_NAME}/lib", "~nobody/lib", "''", "'  '"]
)
def test_a_path_that_leads_nowhere_is_refused(tmp_path, monkeypatch, written):
    """A missing variable never turns into a folder that nobody meant."""
    monkeypatch.delenv("NO_SUCH_NAME", raising=False)
    (problem,) = problems_of(write(tmp_path, f"library: {written}\n"))
    assert problem.startswith("config.yaml:1: library: ")


def test_a_key_with_nothing_behind_it_counts_as_not_set(tmp_path):
    """A list whose entries are all commented out is an empty list."""
    config = load(write(tmp_path, "library: lib\nwatch:\n  # - path: in\nmode:\nfolders:\n"))
    assert config == Config(library=tmp_path / "lib")


def test_all_problems_are_told_at_once_with_line_key_and_expectation(tmp_path):
    """One reading of the message is enough to mend the file."""
    text = (
        "# comment\nlibrary: lib\nwatch:\n  - path: in\n    existing: keep\n  - pth: in2\n  - in3\n"
        "settle_second: 2\nfile_above: 85%\nbatch_size: 0\ntray: maybe\nexisting: file\nsidecars: .asd\n"
        "rescan_seconds: .inf\nmargin: true\nfolders:\n  808: CON\n  acid: a/b\n"
    )
    assert problems_of(write(tmp_path, text)) == (
        'config.yaml:5: watch[0].existing: expected one of leave, file, not "keep"',
        "config.yaml:6: watch[1].path: is missing; expected the path of a folder",
        'config.yaml:6: watch[1].pth: unknown key; did you mean "path"?',
        "config.yaml:7: watch[2]: expected a folder with its settings, "
        'such as "path: ~/Downloads", not "in3"',
        'config.yaml:8: settle_second: unknown key; did you mean "settle_seconds"?',
        'config.yaml:9: file_above: expected a number from 0 to 1, not "85%"',
        'config.yaml:10: batch_size: expected a whole number from 1 to 256, not "0"',
        'config.yaml:11: tray: expected yes or no, not "maybe"',
        'config.yaml:12: existing: unknown key; it belongs to a folder below "watch"',
        'config.yaml:13: sidecars: expected a list of texts, such as ["one", "two"], not ".asd"',
        'config.yaml:14: rescan_seconds: expected a number from 1 to 604800, not ".inf"',
        'config.yaml:15: margin: expected a number from 0 to 1, not "true"',
        "config.yaml:17: folders.808: The folder name 'CON' is reserved by Windows",
        "config.yaml:18: folders.acid: The folder name 'a/b' holds characters that folders cannot have: '/'",
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "holds no settings"),
        ("# nothing but a comment\n", 1, "holds no settings"),
        ("just words\n", 1, "expected settings"),
        ("- library: x\n", 1, "expected settings"),
        ("library: a\nlibrary: b\n", 2, "line 1 already"),
        ("library: a\nfolders: {808: A, '808': B}\n", 2, "appears twice"),
        ("library: a\n\twatch: []\n", 2, "spaces, not with tabs"),
        ('library: "C:\\Users\\x"\n', 1, "single quotes"),
        ('library: "\\UFFFFFFFF"\n', 1, "no readable YAML"),
        ("library: a\nwatch: [{path: b\nmode: copy\n", 3, ""),
        ("library: a\n---\nlibrary: b\n", 2, "only one document"),
        ("library: !!python/object/apply:os.getcwd []\n", 1, "tags such as"),
        ("library: !secret x\n", 1, "tags such as"),
        ("? [a]\n: b\nlibrary: x\n", 1, "a key must be plain text"),
        ("library: &a x\nmodel: *a\n", 2, "aliases"),
        ("a: " + "[" * 5000, 1, "nested too deep"),
        ("{" * 5000, 1, "nested too deep"),
        ('library: "a\\0b"\n', 1, "cannot be printed"),
        ('library: "a\\ud800b"\n', 1, "cannot be printed"),
        ("library: lib\nfolders: {acid: sub}\n", 2, "share the folder"),
        ("library: lib\nfolders: {acid: \n  }\n", 2, "expected a folder name, not nothing"),
        ("library: lib\nsidecars: [asd]\n", 2, "such as"),
        ("library: lib\nwatch:\n - path: a\n   include: ['']\n", 4, "expected text"),
        ("library: ~\n", 1, "has no value"),
    ],
)
def test_a_config_that_cannot_be_meant_is_refused_with_its_line(tmp_path, text, line, said):
    """Slips of the pen and of YAML are named where they are, with a remedy in plain words."""
    first, *_ = problems_of(write(tmp_path, text))
    assert first.startswith(f"config.yaml:{line}: ")
    assert said in first


def test_nested_aliases_do_not_grow(tmp_path):
    """A text of a few lines cannot claim gigabytes of memory."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdef", "bcdefg", strict=True)
    )
    assert "aliases" in problems_of(write(tmp_path, bomb))[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"library: a\n\x00\x00\x00", "config.yaml:2: holds zero bytes"),
        (b"\x00" * 400, "config.yaml:1: holds zero bytes"),
        (b"library: a\n# caf\xe9\n", "config.yaml:2: holds a character that is not UTF-8"),
        ("library: a\n".encode("utf-16"), "config.yaml:1: saved as UTF-16"),
        (b"library: a\nmode: \x07\n", "config.yaml:2: holds a character that YAML does not allow"),
    ],
)
def test_bytes_that_are_no_text_are_named(tmp_path, content, said):
    """A file zeroed by a crash or saved in another encoding is told from a wrong setting."""
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    (problem,) = problems_of(path)
    assert problem.startswith(said)


def test_no_config_is_an_error_that_says_how_to_get_one(tmp_path):
    """Who has no config yet is led to `config init`."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.yaml")
    assert "config init" in caught.value.hint


def test_what_is_no_config_file_is_refused(tmp_path):
    """A folder, or a file far too large, is not read."""
    with pytest.raises(ConfigError, match="is no file"):
        load(tmp_path)
    with pytest.raises(ConfigError, match="larger than"):
        load(write(tmp_path, "#" * (MAX_BYTES + 1)))


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\"), min_size=1, max_size=20
).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: Path("/", *parts).absolute())
NEW_CATEGORIES = st.dictionaries(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8),
    st.integers(0, 99).map(lambda number: f"Folder {number} ✓"),
    max_size=3,
)


def unlike(categories: dict[str, str]) -> bool:
    return len(set(categories.values())) == len(categories)


FOLDERS = st.builds(
    WatchFolder,
    path=PATHS,
    existing=st.sampled_from(Existing),
    mode=st.none() | st.sampled_from(FilingMode),
    include=st.lists(NAMES, max_size=3).map(tuple),
    exclude=st.lists(NAMES, max_size=3).map(tuple),
    recursive=st.booleans(),
    polling=st.none() | st.booleans(),
)
SHARES = st.none() | st.floats(0, 1)


@st.composite
def configs(draw) -> Config:
    """Configs as `load` makes them: absolute paths that do not contradict each other."""
    library = Path("/the library") / draw(NAMES)
    watch = draw(st.lists(FOLDERS, max_size=3, unique_by=lambda folder: folder.path))
    return Config(
        library=library,
        watch=tuple(folder for folder in watch if folder.path not in (library, *library.parents)),
        mode=draw(st.sampled_from(FilingMode)),
        folders=draw(NEW_CATEGORIES.filter(unlike)),
        sidecars=draw(st.lists(NAMES.map(lambda name: f".{name[:7]}"), max_size=2).map(tuple)),
        file_above=draw(SHARES),
        margin=draw(SHARES),
        reject_above=draw(SHARES),
        max_seconds=draw(st.floats(0.01, 600)),
        max_megabytes=draw(st.floats(1e-9, 1e5)),
        settle_seconds=draw(st.floats(0.1, 3600)),
        rescan_seconds=draw(st.floats(1, 604_800)),
        model=draw(st.none() | PATHS),
        worker_idle_seconds=draw(st.floats(0, 604_800)),
        worker_timeout_seconds=draw(st.floats(1, 3600)),
        batch_size=draw(st.integers(1, 256)),
        tray=draw(st.booleans()),
        notifications=draw(st.booleans()),
    )


@given(config=configs())
@example(config=Config(library=Path("/a $HOME/${x}/~/'\"# b: c\\"), watch=(WatchFolder(path=Path("/$$")),)))
@settings(max_examples=150, deadline=None)
def test_a_dumped_config_loads_to_the_same_config(config_path, config):
    """load(dump(config)) == config, whatever the names of its folders."""
    config_path.write_text(dump(config), encoding="utf-8")
    assert load(config_path) == config


@given(
    content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_whatever_raise_anything_but_a_config_error(config_path, content):
    """Rubbish in the file is an error for people, never a traceback."""
    config_path.write_bytes(content)
    try:
        load(config_path)
    except ConfigError as error:
        assert all(problem.startswith("config.yaml:") for problem in error.problems)


VALID = (
    "library: '/a b#c'\nwatch:\n  - path: \"/in\"\n    include: ['*.wav', \"x\"]\n    polling: yes\n"
    "mode: copy # comment\nfolders: {808: \"A\", acid: 'B'}\nfile_above: 0.5\n"
)
SNIPPETS = st.sampled_from(
    [*"{}[]:,-?*&!%@`'\"#|>~\\\t\n $", "\\U0011", "\\x", "%YAML 1.1\n---\n", "<<: ", "!!x "]
)


@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(VALID)), st.integers(0, 6), SNIPPETS | st.text(max_size=3)), max_size=6
    )
)
@settings(max_examples=400, deadline=None)
def test_no_edit_of_a_valid_file_raises_anything_but_a_config_error(config_path, edits):
    """A slip of the hand in a good file is an error for people, never a traceback."""
    text = VALID
    for position, removed, inserted in edits:
        text = text[:position] + inserted + text[position + removed :]
    config_path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load(config_path)
    except ConfigError as error:
        assert error.problems
