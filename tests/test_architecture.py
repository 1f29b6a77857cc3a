"""The layers, the sizes and the names of `DESIGN`: checked, not remembered."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("pages", "newsletters", "search", "cms")
FORBIDDEN = {"utils.py", "helpers.py", "common.py", "core.py", "services.py", "misc.py"}
ALLOWED_TOP = {
    "manage.py", "pyproject.toml", "constraints.txt", "Makefile", "LICENSE", "README.md",
    "cms", "pages", "newsletters", "search", "templates", "tests",
}  # fmt: skip

SOURCES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)


def imports(path: Path) -> set[str]:
    """Top-level names of everything the module imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_imports_point_down_only(path):
    rank = APPS.index(path.relative_to(ROOT).parts[0])
    assert not imports(path) & set(APPS[rank + 1 :])


def test_delivery_never_imports_wagtail_nor_sees_a_request():
    modules = [path for path in SOURCES if "delivery" in path.parts]
    assert modules
    for path in modules:
        assert "wagtail" not in imports(path), relative(path)
        assert "HttpRequest" not in path.read_text(encoding="utf-8"), relative(path)


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_files_and_functions_stay_small(path):
    limit = 400 if "delivery" in path.parts else 300
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= limit
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 40, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_every_function_is_annotated(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.returns is not None, f"{node.name} has no return annotation"


def test_no_file_has_a_name_that_says_nothing():
    assert not [relative(path) for path in SOURCES if path.name in FORBIDDEN]


def test_no_model_package_exports_a_star():
    for app in APPS:
        package = ROOT / app / "models" / "__init__.py"
        if package.exists():
            assert "import *" not in package.read_text(encoding="utf-8")


def test_the_top_level_holds_only_what_is_decided():
    tracked = {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and not path.name.endswith(".egg-info")
    }
    assert tracked - {"var", "build"} <= ALLOWED_TOP


def test_mjml_templates_never_ask_for_what_our_engine_ignores_or_fetches():
    # mjml-python does not inline, and an mj-include or a web font is a request to somebody.
    for path in (ROOT / "templates" / "newsletters" / "email").rglob("*.mjml"):
        text = path.read_text(encoding="utf-8")
        for banned in ('inline="inline"', "<mj-include", "<mj-font", "<mj-social"):
            assert banned not in text, relative(path)


def test_the_braces_of_every_stylesheet_balance():
    # A browser forgives a missing brace, and drops the rules that follow without a word.
    for path in [*(ROOT / "cms").rglob("*.css"), *(ROOT / "templates").rglob("*.css")]:
        text = path.read_text(encoding="utf-8")
        assert text.count("{") == text.count("}"), relative(path)


def test_what_a_test_asks_for_is_known_before_it_runs():
    """A fixture asked for by its name, inside a test, would hide the database from
    `--only-database`, which would leave that test out of PostgreSQL's run."""
    asked = "getfixture" + "value("
    for path in (ROOT / "tests").rglob("*.py"):
        assert asked not in path.read_text(encoding="utf-8"), relative(path)
