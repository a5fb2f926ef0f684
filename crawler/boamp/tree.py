"""The tree that BOAMP makes of XML: one element is an object, several are a list, an empty one is ""."""

from collections.abc import Iterator

from crawler.source import read_json
from procurement.errors import UnreadableNotice


class Node:
    """One element of the tree, or the absence of one; it knows its path, to say where something is wrong."""

    __slots__ = ("_value", "path")

    def __init__(self, value: object, path: str) -> None:
        """Wrap a value of the parsed JSON."""
        self._value = value
        self.path = path

    @classmethod
    def parse(cls, text: str, path: str) -> "Node":
        """The tree in a JSON text; UnreadableNotice when it is no object."""
        try:
            value = read_json(text.encode("utf-8", "replace"))
        except ValueError as problem:
            raise UnreadableNotice(path, str(problem)) from problem
        if not isinstance(value, dict):
            raise UnreadableNotice(path, f"an object is expected, not {type(value).__name__}")
        return cls(value, path)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the elements inside."""
        return tuple(self._value) if isinstance(self._value, dict) else ()

    def all(self, *steps: str) -> list["Node"]:
        """Every element at the end of a way down, whether the source wrote one, several or none."""
        found = [self]
        for step in steps:
            found = [child for node in found for child in node._children(step)]
        return found

    def first(self, *steps: str) -> "Node":
        """The first element at the end of a way down; an absent one when there is none."""
        found = self.all(*steps)
        return found[0] if found else Node(None, ".".join((self.path, *steps)))

    def has(self, *steps: str) -> bool:
        """Whether an element is there, be it empty: BOAMP says yes with an empty element."""
        return bool(self.all(*steps))

    def text(self, *steps: str) -> str:
        """The words of the first element at the end of a way down, "" when there are none."""
        return self.first(*steps)._own_text()

    def texts(self, *steps: str) -> list[str]:
        """The words of every element at the end of a way down."""
        return [words for node in self.all(*steps) if (words := node._own_text())]

    def attribute(self, name: str) -> str:
        """An attribute of this element, "" when it has none."""
        return self.first(f"@{name}")._own_text()

    def leaves(self) -> Iterator[str]:
        """Every text below, in order, attributes left out."""
        waiting: list[object] = [self._value]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                waiting += [inner for name, inner in reversed(value.items()) if not name.startswith("@")]
            elif isinstance(value, list):
                waiting += reversed(value)
            elif isinstance(value, str) and value.strip():
                yield value

    def below(self, name: str) -> Iterator["Node"]:
        """Every element of this name, however deep it stands."""
        waiting = [self]
        while waiting:
            node = waiting.pop(0)
            for inner in node.names:
                children = node._children(inner)
                if inner == name:
                    yield from children
                else:
                    waiting += children

    def _children(self, step: str) -> list["Node"]:
        if not isinstance(self._value, dict) or step not in self._value:
            return []
        value, path = self._value[step], f"{self.path}.{step}"
        if isinstance(value, list):
            return [Node(inner, f"{path}[{position}]") for position, inner in enumerate(value)]
        return [] if value is None else [Node(value, path)]

    def _own_text(self) -> str:
        value = self._value.get("#text", "") if isinstance(self._value, dict) else self._value
        if value is None:
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            # XML knows no numbers: digits written bare are the same digits.
            return str(value)
        if not isinstance(value, str):
            raise UnreadableNotice(self.path, f"a text is expected, not {value!r:.40}")
        return value.strip()
