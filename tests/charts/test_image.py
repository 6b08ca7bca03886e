"""The recommender's image, as far as that goes without an image builder.

The Dockerfile's own COPY lines and the pinned packages make a folder each; the recommender must
start from these two alone.
"""

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cluster_sync.access import Access
from cluster_sync.demo_server import DemoServer, free_ports
from core.types import ModelId
from core.vectors.milvus import MilvusStore
from tests.charts import helm, rules
from tests.charts.helm import ROOT

IMAGE = ROOT / "cluster_sync" / "recommender"
START = (
    "import runpy, sys; sys.path[:0] = [{app!r}, {packages!r}]; sys.argv[0] = 'recommender'; "
    "runpy.run_module('cluster_sync.recommender', run_name='__main__', alter_sys=True)"
)
LARGE = {
    *("torch", "av", "pyside6-essentials", "librosa", "demucs", "scipy", "soundfile"),
    *("milvus-lite", "faiss-cpu", "pyarrow"),
}


def _pins(path: Path) -> dict[str, str]:
    lines = [line.split("#")[0].strip() for line in path.read_text("utf-8").splitlines()]
    return {canonicalize_name(n): v for n, _, v in (line.partition("==") for line in lines if line)}


def _instructions() -> list[tuple[str, list[str]]]:
    text = re.sub(r"\\\n", " ", (IMAGE / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, shlex.split(rest)) for word, _, rest in (line.partition(" ") for line in lines)]


def _of(word: str) -> list[list[str]]:
    return [words for name, words in _instructions() if name == word]


def _sent() -> set[str]:
    """Return the files that .dockerignore lets into the build: the last rule that fits counts."""
    lines = (IMAGE / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    first, *rules = [line for line in lines if line and not line.startswith("#")]
    assert first == "*"
    sent: set[str] = set()
    for rule in rules:
        found = {p.relative_to(ROOT).as_posix() for p in ROOT.glob(rule.removeprefix("!"))}
        assert found, f"{rule} is about nothing"
        sent = sent | found if rule.startswith("!") else sent - found
    return sent


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the last stage copies of our own."""
    root = tmp_path_factory.mktemp("image")
    copied = [words for words in _of("COPY") if not words[0].startswith("--from")]
    for source, target in copied:
        for name in _sent():
            if PurePosixPath(name).is_relative_to(source) and target.startswith("/app"):
                place = root / target[1:] / PurePosixPath(name).relative_to(source)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, place)
    return root / "app"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder that holds the pinned packages' files and no others."""
    place = tmp_path_factory.mktemp("packages")
    for name in _pins(IMAGE / "requirements.txt"):
        for file in metadata.distribution(name).files or []:
            if file.parts[0] == "..":  # scripts
                continue
            (place / file.parent).mkdir(parents=True, exist_ok=True)
            (place / file).symlink_to(file.locate())
    return place


def _start(app: Path, packages: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = START.format(app=str(app), packages=str(packages))
    # -I and -S: neither this repository nor this environment's packages are on the path.
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=packages,
        check=False,
    )


def test_the_recommender_starts_from_the_image_s_files_alone(app: Path, packages: Path) -> None:
    ran = _start(app, packages, "pass", "--help")
    assert ran.returncode == 0, ran.stderr
    assert "--uri" in ran.stdout


def test_a_missing_package_would_be_seen(app: Path, packages: Path, tmp_path: Path) -> None:
    for entry in packages.iterdir():
        if entry.name != "pymilvus":
            (tmp_path / entry.name).symlink_to(entry)
    ran = _start(app, tmp_path, "--help")
    assert ran.returncode != 0
    assert "pymilvus" in ran.stderr


# A mount namespace of its own: the image's folders are at /mnt and /media, the secret at /srv, only
# /tmp can be written, and the program is nobody. It may search folders that only root may: Python
# itself may lie in one.
AS_NOBODY = """
mount --bind "$1" /mnt; mount --bind "$2" /media; mount --bind "$3" /srv
mount -t tmpfs -o mode=1777 tmpfs /tmp; mount -o remount,ro,bind /; cd /tmp; shift 3
caps=-all,+dac_read_search
exec setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --inh-caps=$caps \\
    --ambient-caps=$caps --bounding-set=$caps "$@"
"""


def _may_mount() -> bool:
    # The root of its own hides what lies in /tmp, so Python must not lie there.
    if any(Path(home).is_relative_to("/tmp") for home in (sys.prefix, sys.base_prefix)):
        return False
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


@pytest.mark.server
@pytest.mark.skipif(
    not _may_mount(), reason="a read-only root of its own takes root, and Python outside /tmp"
)
def test_the_image_works_as_its_pods_run_it(
    app: Path, packages: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """As nobody, on a read-only root, with the chart's arguments and the recommender's rights."""
    server = request.getfixturevalue("empty_milvus_server")
    (tmp_path / "token").write_text(_recommender_token(server) + "\n")
    code = START.format(app="/mnt", packages="/media")
    as_nobody = ["unshare", "--mount", "sh", "-euc", AS_NOBODY, "sh", app, packages, tmp_path]
    python = [sys.executable, "-I", "-S", "-B", "-c", code]
    for component in ("migrate", "pass"):
        ran = subprocess.run(
            [*as_nobody, *python, *_arguments(component, server.uri)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        assert isinstance(json.loads(ran.stdout), dict)


def _recommender_token(server: DemoServer) -> str:
    """Set the server up as an administrator does, and return what the Secret holds then."""
    store = MilvusStore(server.uri, token=server.token)
    token = Access(store).init(ModelId("style-1-0a"), dimension=16).text
    store.close()
    return token


def _arguments(component: str, uri: str) -> list[str]:
    """Return what the chart passes, for a server without TLS and the secret at its place here."""
    values = {"tls": {"caSecretName": ""}, "metricsPort": free_ports(1)[0]}
    for doc in rules.controllers(helm.recommender("fat", values)):
        if rules.labels_of(doc)["app.kubernetes.io/component"] == component:
            (box,) = rules.containers(doc)
            places = {"/etc/songkin/token/token": "/srv/token", "https://milvus:19530": uri}
            return [places.get(word, word) for word in box["args"]]
    raise LookupError(component)


def test_pins_are_those_of_the_whole_project() -> None:
    ours, all_of_them = _pins(IMAGE / "requirements.txt"), _pins(ROOT / "constraints.txt")
    assert ours.items() <= all_of_them.items()
    assert not LARGE & ours.keys()


def _needs(name: str) -> set[str]:
    """Return what a package needs without any extra."""
    asked = [Requirement(text) for text in metadata.distribution(name).requires or []]
    return {
        canonicalize_name(r.name)
        for r in asked
        if r.marker is None or r.marker.evaluate({"extra": ""})
    }


def test_pins_are_complete_and_none_is_spare(app: Path) -> None:
    """What our reachable modules import, and what that needs, is exactly the list."""
    todo, closed = sorted(_imported_packages(app)), set()
    while todo:
        name = todo.pop()
        if name not in closed:
            closed.add(name)
            todo += _needs(name)
    assert closed == _pins(IMAGE / "requirements.txt").keys()


def _imported_packages(app: Path) -> set[str]:
    """Follow imports from the program through our own files to other people's packages."""
    owners = metadata.packages_distributions()
    todo, seen, found = ["cluster_sync.recommender.__main__"], set(), set()
    while todo:
        module = todo.pop()
        path = app / f"{module.replace('.', '/')}.py"
        if module in seen or not path.exists():
            continue
        seen.add(module)
        for name in _imports(path):
            if name.split(".")[0] in ("core", "cluster_sync"):
                todo.append(name)
            elif name.split(".")[0] not in sys.stdlib_module_names:
                found.add(canonicalize_name(owners[name.split(".")[0]][0]))
    return found


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # A name may itself be a module of that package.
            names |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
    return names


def test_every_stage_stands_on_the_image_that_the_builder_names() -> None:
    assert _of("ARG") == [["PYTHON_IMAGE"]]  # no default: nothing unpinned is built by accident
    assert {words[0] for words in _of("FROM")} == {"${PYTHON_IMAGE}"}


def test_the_image_runs_as_nobody_and_starts_the_recommender() -> None:
    last = [name for name, _ in _instructions()]
    user = _of("USER")[-1][0]
    assert int(user.split(":")[0]) >= 10_000
    assert last.index("USER") > max(i for i, name in enumerate(last) if name == "RUN")
    assert _of("ENTRYPOINT") == [["[python,", "-m,", "cluster_sync.recommender]"]]


def test_the_image_gets_no_secret_and_nothing_from_the_network_but_wheels() -> None:
    text = (IMAGE / "Dockerfile").read_text("utf-8")
    assert not _of("ADD")
    assert not re.search(r"(?i)(token|password|secret)\s*=", text)
    (install,) = [" ".join(words) for words in _of("RUN") if "install" in words]
    assert "--no-deps" in install and "--only-binary=:all:" in install


def test_the_build_is_sent_source_only() -> None:
    sent = _sent()
    assert "cluster_sync/recommender/requirements.txt" in sent
    assert {Path(name).suffix for name in sent} == {".py", ".txt"}
    assert not [name for name in sent if name.startswith(("tests", "core/embedding", ".git"))]
