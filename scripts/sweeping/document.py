# SPDX-License-Identifier: Apache-2.0
"""YAML files whose faults are told by file, line and key, with the nearest key that would do."""
import difflib
import json
import re

import yaml


class Fault(Exception):
    """What is wrong with what the user gave."""


def nearest(word, names):
    """ "; nearest: NAME", or nothing where there are no names."""
    found = difflib.get_close_matches(word, list(names), 1, 0)
    return f"; nearest: {found[0]}" if found else ""


class Document:
    """A file as nodes, which know their places."""

    def __init__(self, path):
        self.path = path
        try:
            self.source = path.read_text(encoding="utf-8")
            self.root = yaml.compose(self.source, Loader=yaml.SafeLoader)
        except (OSError, UnicodeDecodeError) as error:
            raise Fault(f"{path}: cannot be read: {getattr(error, 'strerror', error)}") from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f":{mark.line + 1}" if mark else ""
            problem = getattr(error, "problem", None) or " ".join(str(error).split())
            raise Fault(f"{path}{line}: {problem}") from error
        if not isinstance(self.root, yaml.MappingNode):
            raise Fault(f"{path}:1: a sweep is a mapping of keys to values")

    def fault(self, node, text):
        """A fault of a node, to be raised."""
        return Fault(f"{self.path}:{node.start_mark.line + 1}: {text}")

    def mapping(self, node, key, known=None):
        """The items of a mapping in their order: {name: (node of the name, node of the value)}."""
        if not isinstance(node, yaml.MappingNode):
            raise self.fault(node, f"{key.rstrip(': .')}: not a mapping")
        items = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                raise self.fault(name, f"{key.rstrip(': .')}: a key is a word")
            if name.value in items:
                raise self.fault(name, f"{key}{name.value}: given twice")
            if known is not None and name.value not in known:
                raise self.fault(name, f"{key}{name.value}: unknown key"
                                       f"{nearest(name.value, known)}")
            items[name.value] = (name, value)
        return items

    def items(self, node, key):
        """The items of a list that has some."""
        if not isinstance(node, yaml.SequenceNode):
            raise self.fault(node, f"{key}: not a list")
        if not node.value:
            raise self.fault(node, f"{key}: an empty list")
        return node.value

    def word(self, node, key):
        """A scalar as it is written."""
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            raise self.fault(node, f"{key}: not a word")
        return node.value

    def whole(self, node, key, least, most):
        """An integer within bounds."""
        word = self.word(node, key)
        if not re.fullmatch(r"\d{1,9}", word) or not least <= int(word) <= most:
            raise self.fault(node, f"{key}: \"{word}\" is no number from {least} to {most}")
        return int(word)

    def padded(self, node):
        """The source of a node after as many lines and columns as it has before it, so that who
        reads it sees its places in the file."""
        mark = node.start_mark
        return ("\n" * mark.line + " " * mark.column +
                self.source[mark.index:node.end_mark.index].rstrip() + "\n")


def flow(node):
    """A node as YAML on one line, scalars as they are written."""
    if isinstance(node, yaml.SequenceNode):
        return "[" + ", ".join(flow(item) for item in node.value) + "]"
    if isinstance(node, yaml.MappingNode):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in node.value) + "}"
    # Outside brackets a word may hold what ends one within.
    plain = node.style is None and not re.search(r"[\n,\[\]{}]", node.value)
    return node.value if plain else json.dumps(node.value, ensure_ascii=False)


def label(node):
    """A value as people read it."""
    return node.value if isinstance(node, yaml.ScalarNode) else flow(node)
