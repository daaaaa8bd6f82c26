"""What some code does, as a digest: of the definitions it reaches, not of how their text is laid out. Pure."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator

Place = tuple[str, str]  # a module and a name at its top level

# A function does the same with other annotations; a class, whose annotations are its fields, does not.
_SILENT = {"returns", "type_comment", "ctx"}


def fingerprint(
    roots: Iterable[Place], source: Callable[[str], str | None], *, beside: Collection[str] = frozenset()
) -> str:
    """A digest over the definitions of `roots` and every one they name, in modules that `source` gives the text of.

    Comments, docstrings, line breaks, annotations of functions and everything that is not reached count for nothing.
    Modules in `beside` are not followed into. The same for every version of Python that reads the code alike.
    """
    modules: dict[str, _Module | None] = {}
    waiting, seen, digest = sorted(roots, reverse=True), set[Place](), hashlib.sha256()
    while waiting:
        place = waiting.pop()
        if place in seen or place[0] in beside:
            continue
        seen.add(place)
        if place[0] not in modules:
            text = source(place[0])
            modules[place[0]] = None if text is None else _Module(place[0], text)
        module = modules[place[0]]
        if module is None:
            continue
        for node in module.definitions.get(place[1], ()):
            form, named = _read(node)
            digest.update("\n".join((*place, *form)).encode())
            waiting += sorted(module.places(named), reverse=True)
    return digest.hexdigest()[:16]


class _Module:
    """A module's definitions by name, and where the names it imports come from."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self.definitions: dict[str, list[ast.stmt]] = {}
        self._imported: dict[str, Place] = {}
        for node in ast.parse(text).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                self._imported |= {one.asname or one.name: (node.module, one.name) for one in node.names}
            for defined in _defined(node):
                self.definitions.setdefault(defined, []).append(node)

    def places(self, named: Iterable[tuple[str, str]]) -> Iterator[Place]:
        """Where those names, each with an attribute of it or '', are defined at the top of a module."""
        for name, attribute in named:
            if name in self._imported:
                package, module = self._imported[name]
                yield (f"{package}.{module}", attribute) if attribute else (package, module)
            elif name in self.definitions:
                yield self._name, name


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def _read(root: ast.AST) -> tuple[list[str], set[tuple[str, str]]]:
    """The shape of some code (kinds of nodes and what they hold, in order), and the names in it with the attribute
    that is asked of them, or ''. Empty fields do not count: later versions of Python have more of them."""
    form: list[str] = []
    named: set[tuple[str, str]] = set()

    def read(node: ast.AST) -> None:
        form.append(type(node).__name__)
        if isinstance(node, ast.Name):
            named.add((node.id, ""))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            named.add((node.value.id, node.attr))
        for name in node._fields:
            value = getattr(node, name, None)
            if value is None or value == [] or name in _SILENT or (name == "annotation" and isinstance(node, ast.arg)):
                continue
            form.append(name)
            for one in value if isinstance(value, list) else (value,):
                if not isinstance(one, ast.AST):
                    form.append(repr(one))
                elif name != "body" or not _is_text_alone(one):
                    read(one)
        form.append(".")

    read(root)
    return form, named


def _is_text_alone(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
