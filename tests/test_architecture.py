"""The shape of the code, held: which way imports run, what each file holds, how long things are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the bottom to the top: an app imports only from its left.
APPS = [
    "core", "reference", "members", "documents", "notifications", "moderation", "events", "legislation", "programme",
    "training", "consultations", "community", "kms",
]  # fmt: skip
FEATURE_APPS = ["reference", "documents", "events", "legislation", "programme", "training", "community"]
RELATIONS = {"ForeignKey", "ManyToManyField", "OneToOneField"}
LONGEST_FUNCTION, LONGEST_FILE = 40, 400
# Modules that may name Django's model signals, and why.
SIGNALS_ALLOWED = {
    # It listens to none. It sends the one post_save that makes a single history entry of an imported row and its
    # lists, where the library would write one entry for the row and another for each list.
    "core/imports.py",
    # Django's hook after migrate, which may have dropped triggers together with a table (docs/adr/0006).
    "kms/apps.py",
}
# Modules that read what a page shows.
GATED = {
    "views.py", "figures.py", "dossier.py", "profiles.py", "seat_views.py", "invitation_views.py", "accept_views.py",
}  # fmt: skip
# What a view may say of rows that the reader does not see: whether a seat is filled, not by whom.
ROWS_WITHOUT_GATE = {"Mandate.objects.in_force().of_seat(state).exists()"}


def project_files(*apps):
    """The Python files of the project's apps, migrations included."""
    return [path for app in apps or APPS for path in sorted((ROOT / app).rglob("*.py"))]


def relative(path):
    return path.relative_to(ROOT).as_posix()


def dotted_references(source):
    """(line, dotted name) of everything that a module imports or names as a model in a relation."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from _named_in_call(node)


def _named_in_call(call):
    """What a call names in words: the model of a relation, the module that is imported by its name."""
    called = getattr(call.func, "attr", getattr(call.func, "id", ""))
    arguments = [*call.args[:1], *(word.value for word in call.keywords if word.arg in {"to", "through", "name"})]
    if called in RELATIONS | {"import_module", "__import__", "import_string", "get_model"}:
        for argument in arguments:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield call.lineno, argument.value


def backward_arrows(app, source):
    """(line, name) of what a module of `app` takes from an app on its right."""
    right = set(APPS[APPS.index(app) + 1 :])
    found = {(line, name) for line, name in dotted_references(source) if name.split(".")[0] in right}
    return sorted(found)


def migration_dependencies(source):
    """(line, app) of what a migration waits for; the swappable user of history's key is not written as an app."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and node.targets[0].id == "dependencies":
            yield from ((pair.lineno, pair.elts[0].value) for pair in node.value.elts if isinstance(pair, ast.Tuple))


def functions(source):
    """(name, lines) of every function of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.lineno + 1


def chains(source):
    """The source of every longest chain of calls and attributes that starts at `Model.objects`."""
    tree = ast.parse(source)
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    inner |= {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call | ast.Attribute) and id(node) not in inner:
            text = ast.unparse(node)
            if re.match(r"[A-Z]\w*\.objects\b", text):
                yield node.lineno, text


def test_import_of_a_right_hand_app_is_found():
    assert backward_arrows("events", "from programme.models import Activity\n") == [(1, "programme.models.Activity")]
    assert backward_arrows("core", "import members.access as access\n") == [(1, "members.access")]
    assert backward_arrows("members", "from events import models\n") == [(1, "events.models")]
    assert backward_arrows("programme", "import kms\n") == [(1, "kms")]


def test_import_inside_a_function_is_found():
    inline = "def late():\n    if True:\n        from kms import figures\n    return figures\n"
    by_name = 'import importlib\n\n\ndef late():\n    return importlib.import_module("legislation.models")\n'
    assert backward_arrows("documents", inline) == [(3, "kms.figures")]
    assert backward_arrows("documents", by_name) == [(5, "legislation.models")]


def test_foreign_key_written_as_a_string_is_found():
    positional = 'class A(models.Model):\n    event = models.ForeignKey("events.MajorEvent", models.CASCADE)\n'
    by_keyword = 'a = ManyToManyField(blank=True, to="programme.Activity")\nb = OneToOneField(to="members.User")\n'
    assert backward_arrows("members", positional) == [(2, "events.MajorEvent")]
    assert backward_arrows("documents", by_keyword) == [(1, "programme.Activity")]
    assert backward_arrows("members", 'a = ManyToManyField(S, through="events.Host")\n') == [(1, "events.Host")]


def test_import_from_the_left_and_from_libraries_is_no_finding():
    source = "import ast\nfrom core.text import fold\nfrom events.models import MajorEvent\nfrom kmsomething import x\n"
    assert backward_arrows("legislation", source) == []
    assert backward_arrows("events", 'umbrella = models.ForeignKey("self", models.SET_NULL)\n') == []


def test_no_arrow_of_the_portal_runs_backwards():
    found = [
        f"{relative(path)}:{line} {name}"
        for path in project_files()
        for line, name in backward_arrows(path.relative_to(ROOT).parts[0], path.read_text())
    ]
    assert found == []


def test_no_migration_waits_for_an_app_on_its_right():
    paths = [path for path in project_files() if path.parent.name == "migrations" and path.stem != "__init__"]
    waits = [
        (relative(path), app, dependency)
        for path in paths
        for app in [path.relative_to(ROOT).parts[0]]
        for line, dependency in migration_dependencies(path.read_text())
        if dependency in APPS and APPS.index(dependency) > APPS.index(app)
    ]
    assert len(paths) >= len(FEATURE_APPS)
    assert waits == []


def test_every_app_of_the_settings_is_in_the_order_of_the_arrows(settings):
    installed = [app for app in settings.INSTALLED_APPS if (ROOT / app / "apps.py").exists()]
    assert sorted(installed) == sorted(APPS)


def test_the_relations_of_the_models_run_to_the_left(django_apps_models):
    """The same question asked of Django, which has read the strings and the abstract bases."""
    backward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in django_apps_models
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.related_model and field.related_model._meta.app_label in APPS and field.name != "history_user"
        if APPS.index(field.related_model._meta.app_label) > APPS.index(model._meta.app_label)
    ]
    assert backward == []


@pytest.fixture
def django_apps_models():
    from django.apps import apps

    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in APPS]
    assert len(models) > 30  # history and through tables included
    return models


@pytest.mark.parametrize("app", FEATURE_APPS)
def test_feature_app_has_the_same_files(app):
    needed = {"models.py", "querysets.py", "translation.py", "admin.py"}
    assert needed - {path.name for path in (ROOT / app).iterdir()} == set()


def test_bottom_and_top_hold_no_models():
    assert [app for app in ("core", "kms") if (ROOT / app / "models.py").exists()] == []


def test_first_line_of_each_module_says_its_job():
    paths = [path for path in project_files() if "migrations" not in path.parts and path.read_text().strip()]
    paths += [*ROOT.glob("tests/**/*.py"), ROOT / "conftest.py"]
    silent = [relative(path) for path in paths if path.read_text().strip() and not _begins_with_docstring(path)]
    assert silent == []


def _begins_with_docstring(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#!")]
    return lines[0].startswith('"""') and bool(ast.get_docstring(ast.parse(path.read_text())))


def test_functions_and_files_are_short():
    paths = [path for path in project_files() if "migrations" not in path.parts]
    long = [
        f"{relative(path)} {name}: {lines} lines"
        for path in paths
        for name, lines in functions(path.read_text())
        if lines > LONGEST_FUNCTION
    ]
    long += [relative(path) for path in paths if len(path.read_text().splitlines()) > LONGEST_FILE]
    assert long == []


def test_median_function_has_fewer_than_ten_lines():
    lengths = sorted(
        lines for path in project_files() if "migrations" not in path.parts for _, lines in functions(path.read_text())
    )
    assert lengths[len(lengths) // 2] < 10


def test_no_room_is_called_utils():
    assert [relative(path) for path in project_files() if path.stem in {"utils", "helpers", "services"}] == []


def test_signals_are_named_only_where_it_was_decided():
    naming = {
        relative(path)
        for path in project_files()
        for _, name in dotted_references(path.read_text())
        if re.search(r"\bsignals\b", name)
    }
    assert naming == SIGNALS_ALLOWED
    listening = re.compile(r"\.connect\(|@receiver")
    assert [relative(path) for path in project_files() if listening.search(path.read_text())] == ["kms/apps.py"]


def test_no_generic_foreign_key():
    assert [relative(path) for path in project_files() if "GenericForeignKey" in path.read_text()] == []


@pytest.mark.parametrize("path", [p for p in project_files() if p.name == "views.py"], ids=relative)
def test_views_name_the_adjective_instead_of_filtering(path):
    verbs = {"filter", "exclude", "annotate", "aggregate", "raw", "extra"}
    called = [
        f"line {node.lineno}: .{node.func.attr}("
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in verbs
    ]
    assert called == []


def test_chain_without_the_gate_is_found():
    source = (
        "a = Event.objects.for_list()\nb = Event.objects.visible_to(u).for_list()\nc = get(Event.objects, slug=s)\n"
    )
    assert [text for _, text in chains(source)] == [
        "Event.objects.for_list()",
        "Event.objects.visible_to(u).for_list()",
        "Event.objects",
    ]


@pytest.mark.parametrize("path", [p for p in project_files() if p.name in GATED], ids=relative)
def test_rows_of_a_page_pass_the_gate(path):
    """A queryset of a view starts with visible_to; a participation is read through its visible activity."""
    gate = re.compile(r"[A-Z]\w*\.objects\.visible_to\(")
    through = re.compile(r"Participation\.objects\.of\(activity\)|Mandate\.objects\.in_force\(\)\.seats\(\)")
    ungated = [
        f"line {line}: {text}"
        for line, text in chains(path.read_text())
        if not gate.match(text) and not through.match(text) and text not in ROWS_WITHOUT_GATE
    ]
    assert ungated == []


def test_templates_and_views_name_no_role():
    role = re.compile(r"is_superuser|is_staff|Role\.|focal_point['\"]|[\"']secretariat[\"']")
    paths = [path for path in project_files() if path.name == "views.py"]
    paths += (ROOT / "templates").rglob("*.html")
    assert [relative(path) for path in paths if role.search(path.read_text())] == []
