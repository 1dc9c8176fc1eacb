"""Values that are written in source code: read, never run.

What a source says in plain literals is taken as it is; where it asks for more than that (a call of something
unknown, an attribute), Python's reader puts a placeholder there, and the others leave the literal out.
"""

import ast
import json
import re
import urllib.parse

PLACEHOLDER = "placeholder"


# Python


class Source:
    """The names of a module that stand for literals, and a reader for its expressions."""

    def __init__(self, text):
        self.tree = ast.parse(text)
        self.names = {}
        self.functions = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef):
                self.functions.setdefault(node.name, node)
            elif isinstance(node, ast.Assign) and len(node.targets) == 1:
                self._assign(node.targets[0], node.value)

    def _assign(self, target, value):
        if isinstance(target, ast.Name):
            self.names.setdefault(target.id, self.value(value))
        elif isinstance(target, ast.Attribute):
            # cls.event = … and self.event = … are read back as self.event.
            self.names.setdefault(target.attr, self.value(value))
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            whole = self.names.get(target.value.id)
            key = self.value(target.slice)
            if isinstance(whole, dict) and isinstance(key, str):
                whole[key] = self.value(value)

    def value(self, node, local=None):
        local = local or {}
        inner = lambda child: self.value(child, local)  # noqa: E731
        match node:
            case ast.Constant():
                return node.value
            case ast.Dict():
                out = {}
                for key, value in zip(node.keys, node.values):
                    if key is None:
                        spread = inner(value)
                        out.update(spread if isinstance(spread, dict) else {})
                    else:
                        out[inner(key)] = inner(value)
                return out
            case ast.List() | ast.Tuple() | ast.Set():
                return [inner(item) for item in node.elts]
            case ast.UnaryOp(op=ast.USub()):
                operand = inner(node.operand)
                return -operand if isinstance(operand, (int, float)) else PLACEHOLDER
            case ast.BinOp(op=ast.Add()):
                left, right = inner(node.left), inner(node.right)
                return left + right if type(left) is type(right) and isinstance(left, (str, list)) else PLACEHOLDER
            case ast.JoinedStr():
                return "".join(
                    str(inner(part.value)) if isinstance(part, ast.FormattedValue) else str(inner(part))
                    for part in node.values
                )
            case ast.Name():
                return local.get(node.id, self.names.get(node.id, PLACEHOLDER))
            case ast.Attribute():
                return self.names.get(node.attr, PLACEHOLDER)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="json"), attr="dumps")) if node.args:
                return json.dumps(inner(node.args[0]), default=str)
            case ast.Call(func=ast.Name()) if node.func.id in self.functions:
                return self._call(node, local)
        return PLACEHOLDER

    def _call(self, call, local):
        """A function that fills in what was left out and returns a literal."""
        function = self.functions[call.func.id]
        arguments = function.args
        names = [argument.arg for argument in arguments.args]
        scope = dict(zip(names[len(names) - len(arguments.defaults) :], map(self.value, arguments.defaults)))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
            scope[argument.arg] = self.value(default) if default else PLACEHOLDER
        scope.update(zip(names, (self.value(argument, local) for argument in call.args)))
        scope.update({word.arg: self.value(word.value, local) for word in call.keywords if word.arg})
        for statement in function.body:
            match statement:
                case ast.If(test=ast.Compare(left=ast.Name(), ops=[ast.Is()])) if scope.get(statement.test.left.id) is None:
                    for assign in statement.body:
                        if isinstance(assign, ast.Assign) and isinstance(assign.targets[0], ast.Name):
                            scope[assign.targets[0].id] = self.value(assign.value, scope)
                case ast.Return() if statement.value is not None:
                    return self.value(statement.value, scope)
        return PLACEHOLDER

    def dicts(self):
        """Each dictionary of the source, the outer ones first."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Dict):
                yield self.value(node)

    def calls(self, function):
        """What each call of a function of this source returns, with what surrounds the call."""
        for scope in ast.walk(self.tree):
            if not isinstance(scope, ast.FunctionDef):
                continue
            local = {}
            for node in ast.walk(scope):
                match node:
                    case ast.Assign(targets=[ast.Name()]):
                        local[node.targets[0].id] = self.value(node.value, local)
            for node in ast.walk(scope):
                match node:
                    case ast.Call(func=ast.Name()) if node.func.id == function:
                        yield self._call(node, local)

    def json_strings(self):
        """The strings of the source that are JSON objects, each with the text as it is written."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
                yield from _json_object(node.value)


def _json_object(text):
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    text = text.strip()
    if text.startswith("{"):
        try:
            value = json.loads(text)
        except ValueError:
            return
        if isinstance(value, dict):
            yield text, value


def form_of(text):
    """A form's fields as a dictionary."""
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))


# Rust


def rust_json_strings(text):
    """The raw strings of Rust source that are JSON objects."""
    for found in re.finditer(r'r(#*)"(.*?)"\1', text, re.DOTALL):
        yield from _json_object(found.group(2))


# JavaScript


def javascript_after(text, marker):
    """The literals that follow each place where the marker is found."""
    for found in re.finditer(marker, text):
        try:
            yield _JavaScript(text, found.end()).value()
        except (ValueError, IndexError):
            continue


class _JavaScript:
    """A reader of object literals, also as Jest writes them (`Object { "a": 1 }`)."""

    SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
    NUMBER = re.compile(r"-?(?:0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
    WORD = re.compile(r"[A-Za-z_$][\w$]*")
    CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
    ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}

    def __init__(self, text, place):
        self.text = text
        self.place = place

    def _skip(self, token=None):
        self.place = self.SPACE.match(self.text, self.place).end()
        if token is not None:
            if not self.text.startswith(token, self.place):
                raise ValueError(token)
            self.place += len(token)
            self._skip()
        return self.text[self.place]

    def value(self):
        first = self._skip()
        if first == "{":
            return self._object()
        if first == "[":
            return self._list()
        if first in "\"'`":
            return self._string()
        for text, value in (("!0", True), ("!1", False), ("void 0", None)):
            if self.text.startswith(text, self.place):
                self.place += len(text)
                return value
        number = self.NUMBER.match(self.text, self.place)
        if number:
            self.place = number.end()
            text = number.group()
            return int(text, 0) if re.fullmatch(r"-?(0x[0-9a-fA-F]+|0|[1-9]\d*)", text) else float(text)
        word = self.WORD.match(self.text, self.place)
        if word and word.group() in self.CONSTANTS:
            self.place = word.end()
            return self.CONSTANTS[word.group()]
        if word and word.group() in ("Object", "Array"):
            self.place = word.end()
            return self.value()
        raise ValueError(first)

    def _object(self):
        out = {}
        self._skip("{")
        while self._skip() != "}":
            word = self.WORD.match(self.text, self.place)
            if self.text[self.place] in "\"'":
                key = self._string()
            elif word:
                key = word.group()
                self.place = word.end()
            else:
                key = str(self.value())
            self._skip(":")
            out[key] = self.value()
            if self._skip() != "}":
                self._skip(",")
        self.place += 1
        return out

    def _list(self):
        out = []
        self._skip("[")
        while self._skip() != "]":
            out.append(self.value())
            if self._skip() != "]":
                self._skip(",")
        self.place += 1
        return out

    def _string(self):
        quote = self.text[self.place]
        self.place += 1
        out = []
        while (letter := self.text[self.place]) != quote:
            if quote == "`" and self.text.startswith("${", self.place):
                raise ValueError("a template")
            self.place += 1
            if letter == "\\":
                letter = self.text[self.place]
                self.place += 1
                if letter in "xu":
                    digits = 2 if letter == "x" else 4
                    letter = chr(int(self.text[self.place : self.place + digits], 16))
                    self.place += digits
                else:
                    letter = self.ESCAPES.get(letter, letter)
            out.append(letter)
        self.place += 1
        # Two \u escapes may be one letter.
        return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
